import Testing

@testable import Baton

/// Claims without messages, and those who wait for work.
@Suite struct InMemoryWaitingTests {
    private let rig = StorageRig()

    private func claim(_ queues: [String], _ names: [String], limit: Int = 10) async throws -> [JobID] {
        try await rig.storage.claimWaiting(queues: queues, names: names, limit: limit, owner: rig.owner, claim: 5)
            .map(\.id)
    }

    @Test func theOldestOfTheFirstQueueAreClaimedFirst() async throws {
        try await rig.register(rig.owner)
        for (number, queue, name) in [(5, "b", "x"), (4, "a", "y"), (3, "a", "x"), (2, "a", "z"), (1, "a", "x")] {
            try await rig.insert(.plain(Sample.id(number), queue: queue, name: name, .enqueued(nil)))
        }
        #expect(try await claim(["a", "b"], ["x", "y"], limit: 0) == [])
        #expect(try await claim(["c"], ["x"]) == [])
        #expect(try await claim(["a", "b"], ["x", "y"], limit: 2) == [4, 3].map(Sample.id))
        #expect(try await claim(["a", "b"], ["x", "y", "x"]) == [1, 5].map(Sample.id))
        #expect(rig.row(2)?.state == .enqueued)
        #expect(rig.row(1)?.claim == 5 && rig.row(1)?.owner == rig.owner && rig.row(1)?.attempt == 1)
        try await rig.storage.deregister(rig.owner)
        #expect(try await claim(["a"], ["z"]) == [], "a dead epoch claims nothing")
    }

    /// A wait that is to last until it is told.
    private func wait(_ queues: [String], isOver: Shared<Bool>) async throws {
        try await rig.storage.waitForWork(queues: queues, patience: .seconds(60))
        isOver.change { $0 = true }
    }

    private var waiterCount: Int {
        rig.storage.withWaiters { waiters, _ in waiters.count }
    }

    @Test func aNewRowOfOneOfTheQueuesWakesWhoWaits() async throws {
        let (one, other) = (Shared(false), Shared(false))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wait(["a", "b"], isOver: one) }
            group.addTask { try await wait(["c"], isOver: other) }
            try await eventually("both wait") { waiterCount == 2 }
            try await rig.insert(.plain(Sample.id(1), queue: "b", .after(.seconds(9))))
            #expect(waiterCount == 2, "nothing to run yet")
            try await rig.insert(.plain(Sample.id(2), queue: "b", .enqueued(nil)))
            try await eventually("the one goes on") { one.value }
            #expect(waiterCount == 1 && !other.value)
            group.cancelAll()
            try await eventually("who is cancelled goes on") { other.value }
        }
        #expect(waiterCount == 0)
    }

    @Test func patienceEndsAWait() async throws {
        let isOver = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wait(["a"], isOver: isOver) }
            await rig.clock.sleepers(reach: 1)
            try await eventually("it waits") { waiterCount == 1 }
            rig.clock.jump(by: .seconds(60))
            try await group.waitForAll()
        }
        #expect(isOver.value && waiterCount == 0)
    }

    /// Between the look and the wait.
    @Test func whatCameSinceTheLastLookEndsAWaitAtOnceAndOnlyOnce() async throws {
        try await rig.register(rig.owner)
        _ = try await claim(["a"], ["x"])
        try await rig.insert(.plain(Sample.id(1), queue: "a", .enqueued(nil)))
        try await rig.storage.waitForWork(queues: ["a"], patience: .seconds(60))
        let isOver = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await wait(["a"], isOver: isOver) }
            try await eventually("it waits") { waiterCount == 1 }
            #expect(!isOver.value)
            group.cancelAll()
        }
    }
}
