import Baton
import EndToEndSupport
import Testing

@Suite("Hostile arguments", .timeLimit(.minutes(15)))
struct HostileArgumentTests {
    let board = Board()

    private static let texts = [
        "",
        " \t\r\n\u{1}\u{7F}",
        #"'; DROP TABLE "jobs"; --  \ \\ \u0000 $1 %s {} [] null"#,
        "\"quoted\" and \\\"escaped\\\"",
        "Ω≈ç√ 漢字 العربية עברית हिन्दी",
        "👩‍👩‍👧‍👦🏳️‍🌈👋🏽\u{301}\u{200D}\u{FEFF}\u{202E}",
        "\u{FFFF}\u{10FFFF}\u{E000}",
        String(repeating: "ß🦉", count: 100_000),
        String(repeating: "x", count: 1_000_000),
    ]

    @Test("Text of any kind arrives as it was sent, and comes back as it was returned")
    func roundTrip() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                var handles: [JobHandle<String>] = []
                for text in Self.texts {
                    handles.append(try await lab.jobs.enqueue(TestJobs.$echo(text)))
                }
                var nest = Nest(nil, text: "innermost")
                for depth in 0..<200 {
                    nest = Nest(nest, text: "\(depth)")
                }
                let deep = try await lab.jobs.enqueue(TestJobs.$nest(nest))
                for (handle, text) in zip(handles, Self.texts) {
                    try await lab.wait(for: handle.id, .succeeded)
                    let result = try await handle.result()
                    #expect(
                        result.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars),
                        "\(text.prefix(40).debugDescription)"
                    )
                }
                try await lab.wait(for: deep.id, .succeeded)
                #expect(try await deep.result() == nest)
            }
        }
    }

    @Test("What cannot be stored is an error at the call that says why, and stores nothing")
    func refused() async throws {
        try await withBaton { lab in
            func code<Call: JobCall>(_ call: Call, _ options: JobOptions = .init()) async -> JobError.Code? {
                let error = await #expect(throws: JobError.self) {
                    try await lab.jobs.enqueue(call, options: options)
                }
                #expect(error?.message.isEmpty == false)
                return error?.code
            }
            #expect(await code(TestJobs.$echo("a\0b")) == .unstorableText)
            #expect(await code(TestJobs.$nest(Nest(Nest(nil, text: "\0"), text: ""))) == .unstorableText)
            let large = String(repeating: "x", count: 1_100_000)
            #expect(await code(TestJobs.$echo(large)) == .argumentsTooLarge)
            for queue in ["", "Upper", "sp ace", "a/b", "ü", String(repeating: "q", count: 51)] {
                #expect(await code(TestJobs.$nothing(), JobOptions(queue: queue)) == .invalidQueue)
            }
            #expect(await code(TestJobs.$nothing(), JobOptions(maximumAttempts: 0)) == .invalidOptions)
            #expect(await code(TestJobs.$nothing(), JobOptions(timeout: .zero)) == .invalidOptions)
            let stored = try await lab.value(Int.self, "SELECT count(*) FROM @.jobs")
            #expect(stored == 0)
        }
    }

    @Test("A result or an error that PostgreSQL cannot store fails its own job, and no other")
    func unstorableEnds() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
                HostileJobs.self
            } while: { _ in
                let result = try await lab.jobs.enqueue(HostileJobs.$result(), options: JobOptions(maximumAttempts: 1))
                let error = try await lab.jobs.enqueue(HostileJobs.$error(), options: JobOptions(maximumAttempts: 1))
                let long = try await lab.jobs.enqueue(HostileJobs.$long(), options: JobOptions(maximumAttempts: 1))
                let good = try await lab.jobs.enqueue(contentsOf: (0..<20).map { TestJobs.$echo("\($0)") })
                #expect(try await lab.wait(for: result.id, .failed).failure?.message.contains("U+0000") == true)
                #expect(try await lab.wait(for: error.id, .failed).failure?.message == "before\u{FFFD}after")
                let message = try await lab.wait(for: long.id, .failed).failure?.message
                #expect(message?.hasSuffix("…") == true)
                #expect((message?.utf8.count ?? 0) <= JobFailure.maximumMessageBytes)
                for handle in good {
                    try await lab.wait(for: handle.id, .succeeded)
                }
            }
        }
    }

    @Test("A random mix of jobs ends as each of its jobs must", arguments: [UInt64](1...2))
    func randomMix(seed: UInt64) async throws {
        try await withBaton(expecting: .leftovers) { lab in
            var configuration = JobServerConfiguration()
            configuration.retryPolicy = RetryPolicy { _, random in .milliseconds(Int(random.next() % 40)) }
            var random = SeededRandom(seed: seed)
            try await lab.withServer(queues: ["default", "mix-1", "mix_2"], configuration: configuration) {
                TestJobs(board: board)
                Multiply.self
            } while: { _ in
                var expected: [(JobID, JobState)] = []
                for _ in 0..<150 {
                    var options = JobOptions(
                        queue: ["default", "mix-1", "mix_2"].randomElement(using: &random),
                        maximumAttempts: Int.random(in: 1...3, using: &random)
                    )
                    let text = Self.texts.prefix(7).randomElement(using: &random) ?? ""
                    let delay = Duration.milliseconds(Int.random(in: -10...400, using: &random))
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0:
                        let times = Int.random(in: 0...3, using: &random)
                        let id = try await lab.jobs.enqueue(TestJobs.$fail(times: times), options: options).id
                        expected.append((id, times < (options.maximumAttempts ?? 10) ? .succeeded : .failed))
                    case 1:
                        let call = Multiply(left: 3, right: 4)
                        expected.append((try await lab.jobs.schedule(call, in: delay, options: options).id, .succeeded))
                    case 2:
                        // To a queue that nobody serves.
                        options.queue = "deserted"
                        let id = try await lab.jobs.enqueue(TestJobs.$echo(text), options: options).id
                        expected.append((id, .enqueued))
                    case 3:
                        let id = try await lab.jobs.schedule(TestJobs.$echo(text), in: .seconds(600)).id
                        #expect(try await lab.jobs.delete(id, reason: text))
                        expected.append((id, .deleted))
                    default:
                        expected.append(
                            (try await lab.jobs.enqueue(TestJobs.$echo(text), options: options).id, .succeeded)
                        )
                    }
                }
                lab.use(["deserted"])
                for (id, state) in expected {
                    try await lab.wait(for: id, state)
                }
            }
        }
    }
}
