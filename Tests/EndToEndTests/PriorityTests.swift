import Baton
import EndToEndSupport
import Testing

/// Takes longer than what a server claims ahead, once a test lets it.
private struct HeldNap: JobCall {
    struct Gate: JobReceiver {
        static let jobs = [JobDefinition<Gate>(HeldNap.self)]

        let latch: Latch
    }

    static let name = "test.held-nap"

    func run(on gate: Gate, in context: JobContext) async throws {
        try await gate.latch.wait()
        try await Task.sleep(for: .milliseconds(15))
    }
}

@Suite("Priorities", .timeLimit(.minutes(15)))
struct PriorityTests {
    private var configuration: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.concurrency = 2
        configuration.lookAhead = 2
        return configuration
    }

    /// How many jobs of normal priority began before the last job of another one.
    private func before(_ lab: Lab) async throws -> Int {
        try await lab.value(
            Int.self,
            """
            SELECT count(*) FROM @.finished_job AS n WHERE n.priority = 0 AND (n.history[2]).at < (
                SELECT max((u.history[2]).at) FROM @.finished_job AS u WHERE u.priority <> 0
            )
            """
        )
    }

    private func enqueue(_ count: Int, priority: Int, _ lab: Lab) async throws {
        let options = JobOptions(priority: priority)
        _ = try await lab.jobs.enqueue(contentsOf: (0..<count).map { _ in HeldNap() }, options: options)
    }

    /// Runs what waits, once the server gets deliveries of every level.
    private func run(_ count: Int, _ lab: Lab, by broker: LabTransport) async throws {
        let gate = HeldNap.Gate(latch: Latch())
        try await lab.withServer(configuration: configuration) {
            gate
        } while: { _ in
            if broker == .broker { try await lab.untilConsumed("default", by: 1) }
            gate.latch.open()
            try await lab.wait(until: count, are: .succeeded)
        }
    }

    @Test(
        "Urgent jobs start before most of the backlog that was there before them",
        arguments: [LabTransport.broker, .none]
    )
    func urgent(by broker: LabTransport) async throws {
        try await withBaton(by: broker) { lab in
            try await enqueue(500, priority: 0, lab)
            try await enqueue(5, priority: 10, lab)
            try await run(505, lab, by: broker)
            #expect(try await before(lab) < 250)
        }
    }

    @Test("Low jobs are not starved by a backlog", arguments: [LabTransport.broker, .none])
    func low(by broker: LabTransport) async throws {
        try await withBaton(by: broker) { lab in
            try await enqueue(500, priority: 0, lab)
            try await enqueue(5, priority: -1, lab)
            try await run(505, lab, by: broker)
            #expect(try await before(lab) < 400)
        }
    }

    @Test("A queue of less weight gets its share")
    func weights() async throws {
        try await withBaton { lab in
            var configuration = configuration
            configuration.queueOrder = .weighted(["default": 3, "mail": 1])
            let gate = HeldNap.Gate(latch: Latch())
            for (queue, count) in [("default", 360), ("mail", 120)] {
                let jobs = (0..<count).map { _ in HeldNap() }
                _ = try await lab.jobs.enqueue(contentsOf: jobs, options: JobOptions(queue: queue))
            }
            try await lab.withServer(queues: ["default", "mail"], configuration: configuration) {
                gate
            } while: { _ in
                for queue in ["default", "mail"] { try await lab.untilConsumed(queue, by: 1) }
                gate.latch.open()
                try await lab.wait(until: 480, are: .succeeded)
            }
            // From the first of the lesser queue on, whose messages may come later, until long before either runs out.
            let share = try await lab.value(
                Int.self,
                """
                SELECT count(*) FILTER (WHERE queue = 'mail') FROM (
                    SELECT queue FROM @.finished_job WHERE (history[2]).at >= (
                        SELECT min((m.history[2]).at) FROM @.finished_job AS m WHERE m.queue = 'mail'
                    )
                    ORDER BY (history[2]).at LIMIT 120
                ) AS f
                """
            )
            #expect((16...48).contains(share))
        }
    }
}
