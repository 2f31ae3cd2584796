import Dispatch
import Testing

@testable import Baton

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct WorkerPoolTests {
    private static func currentThread() -> UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }

    /// Runs a task on a thread of the pool and frees the thread after it.
    private static func run<Value: Sendable>(
        on pool: WorkerPool,
        _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            pool.submit([
                { thread in
                    Task(executorPreference: thread.executor) {
                        let value = await body()
                        thread.release()
                        continuation.resume(returning: value)
                    }
                }
            ])
        }
    }

    @Test func aRunStaysOnItsThreadAcrossSuspensions() async throws {
        let pool = try WorkerPool(count: 3)
        let threads = await Self.run(on: pool) {
            var seen: Set<UInt> = []
            for _ in 0..<20 {
                seen.insert(Self.currentThread())
                await Task.yield()
                seen.insert(await Self.inner())
                try? await Task.sleep(for: .microseconds(50))
            }
            return seen
        }
        #expect(threads.count == 1)
    }

    private static func inner() async -> UInt {
        currentThread()
    }

    /// More jobs block than the machine has cores; the last one still runs, and so does this test.
    @Test func aRunThatBlocksHoldsUpNobodyElse() async throws {
        let release = DispatchSemaphore(value: 0)
        let blocked = Shared(0)
        let pool = try WorkerPool(count: 65)
        async let blocking: Void = withTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    await Self.run(on: pool) {
                        blocked.change { $0 += 1 }
                        Self.block(on: release)
                    }
                }
            }
        }
        try await eventually("all block") { blocked.value == 64 }
        #expect(await Self.run(on: pool) { "ran" } == "ran")
        for _ in 0..<64 { release.signal() }
        await blocking
    }

    private static func block(on semaphore: DispatchSemaphore) {
        semaphore.wait()
    }

    @Test func runsThatFindNoThreadWaitForOneInOrder() async throws {
        let pool = try WorkerPool(count: 1)
        let order = Shared<[Int]>([])
        let gate = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            await withCheckedContinuation { submitted in
                group.addTask {
                    await withCheckedContinuation { done in
                        var starts: [WorkerStart] = [{ Self.start($0) { Self.block(on: gate) } }]
                        for number in 0..<100 {
                            starts.append { thread in
                                Self.start(thread) {
                                    order.change { $0.append(number) }
                                    if number == 99 { done.resume() }
                                }
                            }
                        }
                        pool.submit(starts)
                        submitted.resume()
                    }
                }
            }
            #expect(order.value.isEmpty, "the only thread is taken")
            gate.signal()
        }
        #expect(order.value == Array(0..<100))
    }

    private static func start(_ thread: any Worker, _ body: @escaping @Sendable () -> Void) {
        Task(executorPreference: thread.executor) {
            body()
            thread.release()
        }
    }

    /// Each part of a suspended run goes on although its thread looked for other work meanwhile: there is none for it.
    @Test func aSuspendedRunKeepsItsThread() async throws {
        let pool = try WorkerPool(count: 1)
        let gate = Gate()
        let order = Shared<[String]>([])
        async let first: Void = Self.run(on: pool) {
            order.change { $0.append("begins") }
            await gate.pass()
            order.change { $0.append("ends") }
        }
        try await eventually("it is suspended") { order.value == ["begins"] }
        async let second: Void = Self.run(on: pool) { order.change { $0.append("next") } }
        gate.open()
        _ = await (first, second)
        #expect(order.value == ["begins", "ends", "next"])
    }

    #if os(Linux)
        @Test func threadsEndWithTheirPoolAndNotBeforeTheirRuns() async throws {
            let hasRun = Shared(false)
            let release = DispatchSemaphore(value: 0)
            let (news, reports) = AsyncStream.makeStream(of: String.self)
            var report = news.makeAsyncIterator()
            let idle: String = try await {
                let pool = try WorkerPool(count: 2)
                let idle = await Self.run(on: pool) { Self.threadFolder() }
                pool.submit([
                    { thread in
                        Task(executorPreference: thread.executor) {
                            reports.yield(Self.threadFolder())
                            Self.block(on: release)
                            await Task.yield()
                            hasRun.change { $0 = true }
                            thread.release()
                        }
                    }
                ])
                return idle
            }()
            // The pool is gone, or goes with the closure's end; the run goes on.
            let folders = [idle, try #require(await report.next())]
            #expect(!hasRun.value)
            release.signal()
            try await eventually("the run ends") { hasRun.value }
            try await eventually("the threads are gone") { folders.allSatisfy { access($0, F_OK) != 0 } }
        }

        /// Where the system shows the current thread while it lives.
        private static func threadFolder() -> String {
            var name = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/thread-self", &name, name.count)
            return "/proc/" + String(decoding: name.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    #endif
}
