import Testing

@testable import Baton

/// Wake-ups that came in a bundle hold up neither themselves nor other servers.
@Suite struct UnbundlingTests {
    private let world = World()
    private let gate = Gate()

    private func server(concurrency: Int) throws -> JobServer {
        try world.server(
            concurrency: concurrency,
            Script { [gate] _, _ in
                await gate.pass()
                return ""
            }
        )
    }

    private func enqueue(_ count: Int) async throws -> [JobID] {
        try await world.client.enqueue(contentsOf: (0..<count).map { Script.Call(text: "\($0)") }).map(\.id)
    }

    @Test func whatFindsNoThreadIsSentOnByItself() async throws {
        try await world.run(try server(concurrency: 1)) {
            // More than may be in flight by themselves: bundles of two.
            let jobs = try await enqueue(2 * DispatchPublisher.maximumInFlight)
            await gate.arrivals(reach: 1)
            try await world.settle()
            let published = world.broker.read(\.published).count
            #expect(world.broker.unsettledCount > 1, "a bundle and more is here")
            try await eventually("only the bundle of the job that runs is held") {
                try? await world.advance(by: UnbundlingProcess.patience)
                return world.broker.inner.read { queues in
                    queues.queues.allSatisfy { !$0.key.isBundled || $0.value.messages.isEmpty }
                        && queues.channels.values.allSatisfy { $0.unsettled.count <= 2 }
                }
            }
            #expect(world.broker.read(\.published).count > published)
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job) }
            try await eventually("all is settled") { world.broker.unsettledCount == 0 && world.broker.depth == 0 }
        }
        #expect(world.storage.read { $0.rows.values.allSatisfy { (row: InMemoryTables.Row) in row.run == 1 } })
    }

    /// It is the reason to look after the server that had it first, whoever takes it at last.
    @Test func whatCameAgainIsSentOnAsSuch() async throws {
        try await world.run(try server(concurrency: 1)) {
            _ = try await enqueue(1)
            await gate.arrivals(reach: 1)
            let messages = [1, 2].map { number in
                DispatchMessage(id: Sample.id(number), generation: 1, queue: "default", name: Script.Call.name)
            }
            world.broker.inner.change { $0.put(InMemoryQueues.Message(messages, isRedelivered: true)) }
            try await eventually("both are here again, each by itself") {
                try? await world.advance(by: UnbundlingProcess.patience)
                return world.broker.inner.read { queues in
                    let waiting = queues.queues.filter { !$0.key.isBundled }.values.flatMap(\.messages)
                    let held = queues.channels.values.flatMap(\.unsettled.values).filter { !$0.key.isBundled }
                    return (waiting + held.map(\.message)).count { $0.isRedelivered } == 2
                }
            }
            gate.open()
            try await eventually("all is settled") { world.broker.unsettledCount == 0 && world.broker.depth == 0 }
        }
    }

    /// What the broker still holds nobody can send on.
    @Test func smallBundlesLeaveNoThreadIdle() async throws {
        let count = 2 * DispatchPublisher.maximumInFlight
        try await world.run(try server(concurrency: count)) {
            let jobs = try await enqueue(count)
            try await eventually("all run at once") { gate.arrivals == count }
            #expect(world.broker.read(\.publishedBundles).allSatisfy { $0 == 2 })
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job) }
        }
        #expect(world.clock.now == JobInstant(offset: .zero))
    }

    /// More is here than is run within its patience, but not more than within another.
    @Test func whatIsNextStays() async throws {
        let server = try world.server(
            concurrency: 4,
            configure: { $0.lookAhead = 12 },
            Script { [world] _, _ in
                try await world.clock.sleep(for: .milliseconds(12))
                return ""
            }
        )
        try await world.run(server) {
            let jobs = try await enqueue(256)
            try await eventually("all are run") {
                try? await world.advance(by: .milliseconds(4))
                return jobs.allSatisfy { world.storage.row($0)?.state == .succeeded }
            }
            #expect(world.clock.now > JobInstant(offset: UnbundlingProcess.patience * 2))
            #expect(world.broker.read(\.published).count == 256, "none is sent on")
        }
    }

    /// Another server may be idle.
    @Test func longJobsKeepNothingForLong() async throws {
        let single = DispatchPublisher.maximumInFlight
        try await world.run(try server(concurrency: 2 * single)) {
            // The second call comes too soon after the first to travel by itself.
            var jobs = try await enqueue(single)
            try await eventually("the first are published") { world.broker.read(\.published).count == single }
            jobs += try await enqueue(2 * single)
            try await eventually("every thread is taken") { gate.arrivals == 2 * single }
            #expect(world.broker.read(\.publishedBundles).last == 2 * single)
            try await world.settle()
            try await world.advance(by: UnbundlingProcess.patienceWithLongRuns)
            try await eventually("all that wait are sent on") { world.broker.read(\.published).count == 4 * single }
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job) }
        }
        #expect(world.storage.read { $0.rows.values.allSatisfy { (row: InMemoryTables.Row) in row.run == 1 } })
    }

    @Test func whatIsNextIsToldByQueueAndSinglesTakeTheirTurn() {
        let second = Sample.instant(1)
        let waiting = (1...8).map { number in
            var message = Sample.message(number)
            message.queue = number <= 5 ? "busy" : "stuck"
            return Delivery(
                message: message,
                isRedelivered: false,
                session: 1,
                tag: UInt64(number),
                isBundled: number > 1
            )
        }
        var table = RunTable(concurrency: 1)
        _ = table.receive(waiting, at: Sample.instant(0))
        _ = table.receive([Sample.delivery(9, tag: 9)], at: second)
        let surplus = table.takeBundled(since: Sample.instant(0), butNext: ["busy": 3, "other": 5])
        #expect(surplus.map(\.tag) == [4, 5, 6, 7, 8])
        #expect(table.takeBundled(since: second, butNext: [:]).map(\.tag) == [2, 3])
    }

    @Test func anotherServerTakesWhatWasSentOn() async throws {
        let count = 2 * DispatchPublisher.maximumInFlight
        // The first to be offered a bundle can run one job, and the other all.
        try await world.run(try server(concurrency: 1), try server(concurrency: count)) {
            let jobs = try await enqueue(count)
            try await eventually("all run at once, but for two single ones that the first has at hand") {
                try? await world.advance(by: UnbundlingProcess.patience)
                return gate.arrivals >= count - 2
            }
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job) }
        }
    }

    /// One job that takes long holds up neither the rest of its bundle nor the bundles behind it.
    @Test func longJobsDoNotKeepBundlesFromComing() async throws {
        let long = Gate()
        let server = try world.server(
            concurrency: 4,
            Script { text, _ in
                if ["0", "60"].contains(text) { await long.pass() }
                return ""
            }
        )
        // More than two bundles, all of which the one server has to take.
        try await world.run(server) {
            let jobs = try await enqueue(20 * DispatchPublisher.maximumInFlight)
            try await eventually("all others are run long before the broker would want its messages back") {
                try? await world.advance(by: .seconds(1))
                return jobs.count { world.storage.row($0)?.state == .succeeded } == jobs.count - 2
            }
            #expect(world.clock.now < JobInstant(offset: .seconds(120)))
            long.open()
            for job in jobs { try await world.reach(.succeeded, job) }
        }
        #expect(world.storage.read { $0.rows.values.allSatisfy { (row: InMemoryTables.Row) in row.run == 1 } })
    }

    @Test func whatCannotBeSentOnIsGivenBack() async throws {
        try await world.run(try server(concurrency: 1)) {
            let jobs = try await enqueue(2 * DispatchPublisher.maximumInFlight)
            await gate.arrivals(reach: 1)
            try await world.settle()
            world.broker.plan(.refused, .refused, .refused, .refused)
            try await eventually("some are given back") {
                try? await world.advance(by: UnbundlingProcess.patience)
                return !world.broker.read(\.givenBack).isEmpty
            }
            gate.open()
            try await eventually("all run") {
                try? await world.advance(by: .seconds(1))
                return jobs.allSatisfy { world.storage.row($0)?.state == .succeeded }
            }
        }
        #expect(world.storage.read { $0.rows.values.allSatisfy { (row: InMemoryTables.Row) in row.run == 1 } })
    }
}
