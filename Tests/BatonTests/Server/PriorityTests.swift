import Testing

@testable import Baton

/// Priorities from enqueue to start, with and without messages.
@Suite struct PriorityTests {
    private func enqueue(_ text: String, priority: Int = 0, _ world: World) async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: text), options: JobOptions(priority: priority)).id
    }

    @Test(arguments: [true, false])
    func anUrgentJobOvertakesABacklog(hasTransport: Bool) async throws {
        let world = World(hasTransport: hasTransport)
        let (gate, order) = (Gate(), Shared<[String]>([]))
        let script = Script { text, _ in
            if text == "first" { await gate.pass() }
            order.change { $0.append(text) }
            return text
        }
        try await world.run(world.server(concurrency: 1, script)) {
            var jobs = [try await enqueue("first", world)]
            await gate.arrivals(reach: 1)
            for number in 0..<30 { jobs.append(try await enqueue("\(number)", world)) }
            jobs.append(try await enqueue("low", priority: -1, world))
            jobs.append(try await enqueue("urgent", priority: 10, world))
            if hasTransport {
                // The first, two normal ones, and one of each other level: no more is handed out at a time.
                try await eventually("both are at hand") { world.broker.inner.unsettledCount >= 4 }
            }
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job) }
        }
        let (urgent, low) = (order.value.firstIndex(of: "urgent"), order.value.firstIndex(of: "low"))
        #expect(try #require(urgent) < 6, "\(order.value)")
        if hasTransport { #expect(try #require(low) < 20, "\(order.value)") }
    }

    @Test func wakeUpsSayTheirLevels() async throws {
        let world = World()
        let priorities = [12, 0, -1, 3]
        for priority in priorities { _ = try await enqueue("\(priority)", priority: priority, world) }
        try await world.run(world.server(Script())) {
            try await world.listen()
            try await eventually("all are published") { world.broker.read { $0.published.count } >= 4 }
        }
        let levels = world.broker.read { Set($0.published.map(\.level)) }
        #expect(levels == Set(JobPriorityLevel.allCases))
    }
}
