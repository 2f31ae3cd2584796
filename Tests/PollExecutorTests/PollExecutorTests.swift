import Locking
import Foundation
import PollExecutor
import Testing

/// An actor on a poll executor, as the clients have them.
private actor Pinned {
    private let executor: PollExecutor
    private(set) var calls = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    init(_ executor: PollExecutor) {
        self.executor = executor
    }

    func threadID() -> UInt {
        self.calls += 1
        return UInt(pthread_self())
    }

    func waitUntilReadable(_ descriptor: Int32) async -> PollReadiness {
        await withCheckedContinuation { continuation in
            let registration = Locked<PollRegistration?>(nil)
            let made = self.executor.register(descriptor: descriptor, interest: .read) { [executor] readiness in
                self.assumeIsolated { $0.calls += 1 }
                if let made = registration.withLock({ $0.take() }) { executor.cancel(made) }
                continuation.resume(returning: readiness)
            }
            registration.withLock { $0 = made }
        }
    }

    func fire(after delays: [Duration]) async -> [Int] {
        let order = Locked<[Int]>([])
        await withCheckedContinuation { continuation in
            for (index, delay) in delays.enumerated() {
                _ = self.executor.schedule(after: delay) {
                    let count = order.withLock { order in
                        order.append(index)
                        return order.count
                    }
                    if count == delays.count { continuation.resume() }
                }
            }
        }
        return order.withLock { $0 }
    }

    func cancelledTimerStaysSilent() async -> Bool {
        let fired = Locked(false)
        let timer = self.executor.schedule(after: .milliseconds(1)) { fired.withLock { $0 = true } }
        self.executor.cancel(timer)
        await withCheckedContinuation { continuation in
            _ = self.executor.schedule(after: .milliseconds(5)) { continuation.resume() }
        }
        return !fired.withLock { $0 }
    }
}

private func uniqueName() -> String {
    "poll-" + String(UInt32.random(in: .min ... .max), radix: 16)
}

private func currentThreadName() -> String {
    (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8))?.trimmingCharacters(in: .newlines) ?? ""
}

/// How many threads of this process carry a name.
private func threads(named name: String) -> Int {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.count { task in
        let comm = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
        return comm?.trimmingCharacters(in: .newlines) == name
    }
}

private func waitUntilNoThread(named name: String) async throws {
    while threads(named: name) > 0 { try await Task.sleep(for: .milliseconds(2)) }
}

@Suite(.timeLimit(.minutes(15))) struct PollExecutorTests {
    @Test func everyCallRunsOnTheSameThread() async {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        let first = await actor.threadID()
        #expect(first != UInt(pthread_self()))
        await withTaskGroup(of: UInt.self) { group in
            for _ in 0..<100 { group.addTask { await actor.threadID() } }
            for await thread in group { #expect(thread == first) }
        }
    }

    @Test func actorsCanShareAnExecutor() async {
        let executor = PollExecutor(name: uniqueName())
        let (one, other) = (Pinned(executor), Pinned(executor))
        #expect(await one.threadID() == other.threadID())
    }

    @Test func theThreadBearsTheName() async {
        let name = uniqueName()
        let actor = Pinned(PollExecutor(name: name))
        _ = await actor.threadID()
        #expect(threads(named: name) == 1)
        _ = await actor.calls
    }

    @Test func aHundredThousandJobsFromManyThreadsAllRun() async {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { for _ in 0..<1000 { _ = await actor.threadID() } }
            }
        }
        #expect(await actor.calls == 100_000)
    }

    @Test func closuresFromOtherThreadsWakeTheLoop() async {
        let executor = PollExecutor(name: uniqueName())
        for _ in 0..<1000 {
            let onThread = await withCheckedContinuation { continuation in
                executor.execute { continuation.resume(returning: executor.isOnThread) }
            }
            #expect(onThread)
        }
        #expect(!executor.isOnThread)
    }

    @Test func aHandlerIsCalledWhenItsDescriptorBecomesReadable() async throws {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        let pipe = Pipe()
        async let readiness = actor.waitUntilReadable(pipe.fileHandleForReading.fileDescriptor)
        try await Task.sleep(for: .milliseconds(5))
        try pipe.fileHandleForWriting.write(contentsOf: Data([1]))
        #expect(await readiness == .read)
    }

    @Test func aHandlerIsToldThatTheOtherSideHasClosed() async throws {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        let pipe = Pipe()
        try pipe.fileHandleForWriting.close()
        #expect(await actor.waitUntilReadable(pipe.fileHandleForReading.fileDescriptor) == .hangUp)
    }

    @Test func timersFireInTheOrderOfTheirDeadlines() async {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        let order = await actor.fire(after: [.milliseconds(1_500), .milliseconds(500), .seconds(1), .zero])
        #expect(order == [3, 1, 2, 0])
    }

    @Test func aTimerDoesNotFireEarly() async {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        let elapsed = await SuspendingClock().measure { _ = await actor.fire(after: [.microseconds(2500)]) }
        #expect(elapsed >= .microseconds(2500))
    }

    @Test func aCancelledTimerDoesNotFire() async {
        let actor = Pinned(PollExecutor(name: uniqueName()))
        #expect(await actor.cancelledTimerStaysSilent())
    }

    @Test func theThreadEndsWithTheLastReference() async throws {
        let name = uniqueName()
        do {
            let actor = Pinned(PollExecutor(name: name))
            _ = await actor.threadID()
        }
        try await waitUntilNoThread(named: name)
    }

    @Test func theThreadEndsWhenTheLastReferenceGoesOnItself() async throws {
        let name = uniqueName()
        for _ in 0..<50 {
            let ran = Locked(false)
            let executor = Locked<PollExecutor?>(PollExecutor(name: name))
            await withCheckedContinuation { continuation in
                let current = executor.withLock { $0 }
                current?.execute {
                    // Only the loop's own reference, held for the queued closure, is left after this.
                    executor.withLock { $0 = nil }
                    ran.withLock { $0 = true }
                    continuation.resume()
                }
            }
            #expect(ran.withLock { $0 })
        }
        try await waitUntilNoThread(named: name)
    }

    @Test func whatIsQueuedRunsBeforeTheThreadEnds() async throws {
        let name = uniqueName()
        let count = Locked(0)
        for _ in 0..<50 {
            let executor = PollExecutor(name: name)
            for _ in 0..<20 { executor.execute { count.withLock { $0 += 1 } } }
        }
        // A thread that has not started yet does not bear its name either, so count first.
        while count.withLock({ $0 }) < 1000 { try await Task.sleep(for: .milliseconds(2)) }
        try await waitUntilNoThread(named: name)
        #expect(count.withLock { $0 } == 1000)
    }
}

@Suite(.timeLimit(.minutes(15))) struct BlockingThreadTests {
    private struct Failure: Error, Equatable {}

    @Test func aBlockingCallRunsOnAThreadOfItsOwn() async throws {
        let name = uniqueName()
        let seen = try await BlockingThread.run(name: name) { currentThreadName() }
        #expect(seen == name)
    }

    @Test func errorsReachTheCaller() async {
        await #expect(throws: Failure()) {
            try await BlockingThread.run(name: uniqueName()) { () throws(Failure) -> Int in throw Failure() }
        }
    }

    @Test func theThreadEndsAfterTheCall() async throws {
        let name = uniqueName()
        _ = try await BlockingThread.run(name: name) { 1 }
        try await waitUntilNoThread(named: name)
    }
}
