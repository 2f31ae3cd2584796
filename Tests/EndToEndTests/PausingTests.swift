import Baton
import EndToEndSupport
import Testing

@Suite("Paused queues", .timeLimit(.minutes(15)))
struct PausingTests {
    private static let queues = ["default", "mail"]

    let board = Board()

    private func named(_ name: String) -> JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.name = name
        configuration.concurrency = 4
        return configuration
    }

    /// Runs two servers, “a” and “b”, beside each other.
    private func withServers(_ lab: Lab, _ body: () async throws -> Void) async throws {
        let other = lab.makeNode()
        try await other.running {
            try await lab.withServer(queues: Self.queues, configuration: named("a")) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withServer(on: other, queues: Self.queues, configuration: named("b")) {
                    TestJobs(board: board)
                } while: { _ in
                    try await body()
                }
            }
        }
    }

    @Test("A paused queue waits on every server while others go on, and nothing of it is lost")
    func everywhere() async throws {
        let mail = JobOptions(queue: "mail")
        try await withBaton { lab in
            try await withServers(lab) {
                try await lab.untilConsumed("mail", by: 2)
                let running = try await lab.jobs.enqueue(TestJobs.$hold("running"), options: mail)
                try await board.arrival(of: "running").wait()
                try await lab.jobs.queues.pause("mail", reason: "it moves")
                try await lab.untilConsumed("mail", by: 0)

                let echoes = (0..<100).map { TestJobs.$echo("mail \($0)") }
                let waiting = try await lab.jobs.enqueue(contentsOf: echoes, options: mail)
                try await lab.jobs.schedule(TestJobs.$echo("later"), in: .milliseconds(100), options: mail)
                let others = try await lab.jobs.enqueue(contentsOf: (0..<50).map { TestJobs.$echo("\($0)") })
                for handle in others { try await lab.wait(for: handle.id, .succeeded) }
                try await eventually("all wait in the broker") { try await lab.wakeUps(in: "mail") == 100 }
                #expect(try await lab.count(.enqueued) == 100)
                let view = """
                    SELECT paused_at <= now() AND pause_reason = 'it moves' AND paused_servers = '{}' AND servers = 2
                    FROM @.queues WHERE queue = 'mail'
                    """
                #expect(try await lab.value(Bool.self, view))

                board.release(of: "running").open()
                try await lab.wait(for: running.id, .succeeded)
                #expect(try await lab.jobs.queues.resume("mail"))
                try await lab.wait(until: 152, are: .succeeded)
                #expect(board.echoes.count == 151 && board.echoes.values.allSatisfy { $0 == 1 })
                for handle in waiting { #expect(try await handle.status()?.run == 1) }
            }
        }
    }

    @Test("A pause of one server is its own, also when it is started again")
    func oneServer() async throws {
        let mail = JobOptions(queue: "mail")
        try await withBaton { lab in
            try await lab.jobs.queues.pause("mail", on: "a")
            for round in 1...2 {
                try await withServers(lab) {
                    try await lab.untilConsumed("default", by: 2)
                    try await lab.untilConsumed("mail", by: 1)
                    let echoes = (0..<50).map { TestJobs.$echo("\(round), \($0)") }
                    let jobs = try await lab.jobs.enqueue(contentsOf: echoes, options: mail)
                    for handle in jobs { try await lab.wait(for: handle.id, .succeeded) }
                    let names = try await lab.query(
                        """
                        SELECT DISTINCT s.name FROM @.jobs AS j JOIN @.servers AS s ON s.epoch = j.server
                        WHERE j.queue = 'mail'
                        """
                    )
                    #expect(try names.map { try $0.decode(String.self, 0) } == ["b"])
                    guard round == 2 else { return }
                    #expect(try await lab.jobs.queues.resume("mail", on: "a"))
                    try await lab.untilConsumed("mail", by: 2)
                }
            }
        }
    }

    @Test("Servers of PostgreSQL alone heed a pause and its end")
    func storageAlone() async throws {
        try await withBaton(by: .none) { lab in
            try await lab.jobs.queues.pause("mail")
            try await lab.withServer(queues: Self.queues) {
                TestJobs(board: board)
            } while: { _ in
                let waiting = try await lab.jobs.enqueue(TestJobs.$echo("mail"), options: JobOptions(queue: "mail"))
                let other = try await lab.jobs.enqueue(TestJobs.$echo("other"))
                try await lab.wait(for: other.id, .succeeded)
                #expect(try await waiting.status()?.state == .enqueued)
                try await lab.jobs.queues.resume("mail")
                try await lab.wait(for: waiting.id, .succeeded)
            }
        }
    }
}
