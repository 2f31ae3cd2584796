import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Fire and forget", .timeLimit(.minutes(15)))
struct FireAndForgetTests {
    let board = Board()

    @Test("A call of a @Job function runs once, and its handle tells state, result and history")
    func macroJob() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let handle = try await lab.jobs.enqueue(TestJobs.$echo("grüße 👋🏽"))
                let job = try await lab.wait(for: handle.id, .succeeded)
                #expect(try await handle.result() == "grüße 👋🏽")
                #expect(board.counted("echo") == 1)

                #expect(job.name == "test.echo")
                #expect(job.queue == "default")
                #expect((job.generation, job.run, job.attempt) == (1, 1, 1))
                #expect(job.failure == nil)
                #expect(try await handle.status() == job)

                let history = try await handle.history()
                #expect(history.map(\.state) == [.enqueued, .processing, .succeeded])
                #expect(history.map(\.run) == [0, 1, 1])
                #expect(history.map(\.attempt) == [0, 1, 1])
                let server = try #require(history[1].server)
                #expect(history[2].server == server)
                let isListed = try await lab.value(
                    Bool.self,
                    "SELECT EXISTS (SELECT FROM @.servers WHERE epoch = $1)",
                    server.uuid
                )
                #expect(isListed)
                let end = try history[2].decodedData()
                #expect(try #require(end.durationMS) >= 0)
                #expect(try #require(end.latencyMS) >= 0)
                #expect(history[0].at == job.createdAt)
                #expect(history[2].at == job.stateAt)
            }
        }
    }

    @Test("A hand-written job, a free function and a result that is a structure run as well")
    func otherForms() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                Multiply.self
                TestJobs(board: board)
            } while: { _ in
                let product = try await lab.jobs.enqueue(Multiply(left: 6, right: 7))
                let nothing = try await lab.jobs.enqueue(TestJobs.$nothing())
                let nest = Nest(Nest(nil, text: "in"), text: "out")
                let nested = try await lab.jobs.enqueue(TestJobs.$nest(nest))
                for id in [product.id, nothing.id, nested.id] {
                    try await lab.wait(for: id, .succeeded)
                }
                #expect(try await product.result() == 42)
                #expect(try await nothing.status()?.result == nil)
                #expect(try await nested.result() == nest)
                // By its id alone, as another process would ask.
                #expect(try await lab.jobs.job(product.id, returning: Int.self).result() == 42)
                #expect(try await lab.jobs.job(JobID(UUID())).status() == nil)
            }
        }
    }

    @Test("A sequence of calls is stored in one transaction with its ids in order, or not at all")
    func sequences() async throws {
        try await withBaton { lab in
            let texts = (0..<300).map { "number \($0)" }
            let handles = try await lab.jobs.enqueue(contentsOf: texts.map { TestJobs.$echo($0) })
            #expect(try await lab.value(Int.self, "SELECT count(DISTINCT created_at) FROM @.jobs") == 1)
            for (handle, text) in zip(handles, texts) where text.hasSuffix("7") {
                #expect(try await handle.status()?.arguments.text.contains("\"\(text)\"") == true)
            }

            let error = await #expect(throws: JobError.self) {
                try await lab.jobs.enqueue(
                    contentsOf: ["good", "bad \0", "good"].map { TestJobs.$echo($0) },
                    options: JobOptions(queue: "other")
                )
            }
            #expect(error?.code == .unstorableText)
            #expect(try await lab.count(.enqueued) == 300)

            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await lab.wait(until: 300, are: .succeeded)
            }
            #expect(board.echoes == Dictionary(uniqueKeysWithValues: texts.map { ($0, 1) }))
            try await lab.checkEachRanOnce(handles.map(\.id))
            for (handle, text) in zip(handles, texts) where text.hasSuffix("7") {
                #expect(try await handle.result() == text)
            }
        }
    }

    @Test("The static convenience uses the client of the bootstrap")
    func bootstrap() async throws {
        try await withBaton { lab in
            try await withBootstrappedClient(lab.jobs) {
                try await lab.withServer {
                    TestJobs(board: board)
                } while: { _ in
                    let now = try await BackgroundJob.enqueue(TestJobs.$echo("now"))
                    let soon = try await BackgroundJob.schedule(TestJobs.$echo("soon"), in: .milliseconds(200))
                    let past = try await BackgroundJob.schedule(TestJobs.$echo("past"), at: .distantPast)
                    for id in [now.id, soon.id, past.id] {
                        try await lab.wait(for: id, .succeeded)
                    }
                    #expect(try await soon.result() == "soon")
                }
            }
        }
    }

    @Test("What a script has enqueued is in the broker when withJobClient returns")
    func script() async throws {
        try await withBaton { lab in
            let script = lab.makeNode()
            // Beside so many tests a connection takes longer than anybody who runs a script would wait.
            var configuration = JobClientConfiguration()
            configuration.brokerStartTimeout = .seconds(300)
            configuration.publishTimeout = .seconds(300)
            configuration.brokerSilence = .seconds(60)
            configuration.flushTimeout = .seconds(300)
            let handles = try await withJobClient(
                storage: script.storage,
                transport: script.transport,
                configuration: configuration,
                logger: lab.log.logger("script")
            ) { jobs in
                try await jobs.enqueue(contentsOf: (0..<200).map { TestJobs.$echo("\($0)") })
            }
            #expect(try await lab.wakeUps(in: "default") == 200)
            // Nobody has to answer for them any more.
            let open = try await lab.value(
                Int.self,
                "SELECT count(*) FROM @.publisher_session WHERE ended_at IS NULL OR pending <> '{}'"
            )
            #expect(open == 0)

            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await lab.wait(until: 200, are: .succeeded)
            }
            #expect(try await lab.path(of: handles[199].id) == "enqueued processing succeeded")
        }
    }
}
