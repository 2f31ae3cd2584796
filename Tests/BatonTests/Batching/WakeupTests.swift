import Testing

@testable import Baton

@Suite struct WakeupTests {
    @Test func aRingBeforeTheWaitIsKept() async throws {
        let wakeup = Wakeup()
        wakeup.ring()
        try await wakeup.wait()
    }

    @Test func ringsWhileNobodyWaitsAreKeptAsOne() async throws {
        let (wakeup, clock) = (Wakeup(), ManualClock())
        wakeup.ring()
        wakeup.ring()
        try await wakeup.wait()
        let waiter = Task { try await wakeup.wait(atMost: .seconds(5), clock: clock) }
        await clock.sleepers(reach: 1)
        #expect(clock.sleeperCount == 1, "the second ring did not stay behind")
        waiter.cancel()
        _ = await waiter.result
    }

    @Test func aRingWakesWhoWaits() async throws {
        let wakeup = Wakeup()
        let waiter = Task { try await wakeup.wait() }
        try await eventually("it waits") { wakeup.waiterCount == 1 }
        wakeup.ring()
        try await waiter.value
    }

    /// Two servers of one process wait for the same client's bell.
    @Test func aRingWakesAllWhoWait() async throws {
        let wakeup = Wakeup()
        let waiters = (0..<3).map { _ in Task { try await wakeup.wait() } }
        try await eventually("all wait") { wakeup.waiterCount == 3 }
        wakeup.ring()
        for waiter in waiters { try await waiter.value }
    }

    @Test func aCancelledWaiterEndsAndTheOthersWaitOn() async throws {
        let wakeup = Wakeup()
        let one = Task { try await wakeup.wait() }
        try await eventually("one waits") { wakeup.waiterCount == 1 }
        let other = Task { try await wakeup.wait() }
        try await eventually("both wait") { wakeup.waiterCount == 2 }
        one.cancel()
        await #expect(throws: CancellationError.self) { try await one.value }
        #expect(wakeup.waiterCount == 1)
        wakeup.ring()
        try await other.value
    }

    @Test func aWaitOfACancelledTaskDoesNotStart() async throws {
        let wakeup = Wakeup()
        let waiter = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await wakeup.wait()
        }
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(wakeup.waiterCount == 0)
    }

    // MARK: Time

    @Test func aBoundedWaitEndsWithItsTime() async throws {
        let (wakeup, clock) = (Wakeup(), ManualClock())
        let waiter = Task { try await wakeup.wait(atMost: .seconds(5), clock: clock) }
        await clock.sleepers(reach: 1)
        clock.jump(by: .seconds(4.9))
        #expect(clock.sleeperCount == 1)
        clock.jump(by: .seconds(0.1))
        try await waiter.value
        #expect(wakeup.waiterCount == 0)
    }

    @Test func aBoundedWaitEndsWithARing() async throws {
        let (wakeup, clock) = (Wakeup(), ManualClock())
        let waiter = Task { try await wakeup.wait(atMost: .seconds(5), clock: clock) }
        await clock.sleepers(reach: 1)
        wakeup.ring()
        try await waiter.value
        #expect(clock.sleeperCount == 0)
    }

    @Test func aBoundedWaitGivesWayToCancellation() async throws {
        let (wakeup, clock) = (Wakeup(), ManualClock())
        let waiter = Task { try await wakeup.wait(atMost: .seconds(5), clock: clock) }
        await clock.sleepers(reach: 1)
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    // MARK: Stress

    /// The pattern of every loop that waits: take what is there, else wait.
    ///
    /// A lost wake-up would hang it.
    @Test func noWakeupIsLost() async throws {
        let wakeup = Wakeup()
        let inbox = Shared<[Int]>([])
        let count = 20_000
        await withTaskGroup(of: Void.self) { group in
            for producer in 0..<4 {
                group.addTask {
                    for number in 0..<(count / 4) {
                        inbox.change { $0.append(number) }
                        wakeup.ring()
                        if number % 64 == producer { await Task.yield() }
                    }
                }
            }
            group.addTask {
                var seen = 0
                while seen < count {
                    let taken = inbox.change { inbox in
                        defer { inbox = [] }
                        return inbox.count
                    }
                    seen += taken
                    if taken == 0 { try? await wakeup.wait() }
                }
            }
        }
    }

    /// Rings, time-outs and cancellations at once: every wait ends.
    @Test func everyWaitEnds() async {
        let (wakeup, clock) = (Wakeup(), SystemClock())
        await withTaskGroup(of: Void.self) { group in
            for round in 0..<500 {
                group.addTask {
                    let waiter = Task {
                        try await wakeup.wait(atMost: .microseconds(round % 50 * 20), clock: clock)
                    }
                    if round % 3 == 0 { wakeup.ring() }
                    if round % 5 == 0 { waiter.cancel() }
                    _ = await waiter.result
                }
            }
        }
        #expect(wakeup.waiterCount == 0)
    }
}
