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

@Suite struct WorkerThreadTests {
    private static func currentThread() -> UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }

    @Test func aJobStaysOnItsThreadAcrossSuspensions() async throws {
        let thread = try WorkerThread()
        let threads = await Task(executorPreference: thread) {
            var seen: Set<UInt> = []
            for _ in 0..<20 {
                seen.insert(Self.currentThread())
                await Task.yield()
                seen.insert(await Self.inner())
            }
            return seen
        }.value
        #expect(threads.count == 1)
        #expect(await Task(executorPreference: thread) { Self.currentThread() }.value == threads.first)
        let other = try WorkerThread()
        #expect(await Task(executorPreference: other) { Self.currentThread() }.value != threads.first)
    }

    private static func inner() async -> UInt {
        currentThread()
    }

    /// More jobs block than the machine has cores; the last one still runs, and so does this test.
    @Test func aJobThatBlocksHoldsUpNobodyElse() async throws {
        let release = DispatchSemaphore(value: 0)
        let blocked = Shared(0)
        let threads = try WorkerThreads(count: 65)
        var tasks: [Task<Void, Never>] = []
        for _ in 0..<64 {
            let thread = try #require(threads.take())
            tasks.append(
                Task(executorPreference: thread) {
                    blocked.change { $0 += 1 }
                    Self.block(on: release)
                }
            )
        }
        try await eventually("all block") { blocked.value == 64 }
        let last = try #require(threads.take())
        #expect(await Task(executorPreference: last) { "ran" }.value == "ran")
        for _ in tasks { release.signal() }
        for task in tasks { await task.value }
    }

    private static func block(on semaphore: DispatchSemaphore) {
        semaphore.wait()
    }

    @Test func threadsAreHandedOutOnceEach() throws {
        let threads = try WorkerThreads(count: 2)
        let one = try #require(threads.take())
        let other = try #require(threads.take())
        #expect(one !== other)
        #expect(threads.take() == nil)
        threads.giveBack(one)
        #expect(threads.take() === one)
    }

    @Test func jobsOfOneThreadRunInTheOrderTheyCame() async throws {
        let thread = try WorkerThread()
        let order = Shared<[Int]>([])
        let start = DispatchSemaphore(value: 0)
        var tasks = [Task(executorPreference: thread) { Self.block(on: start) }]
        for number in 0..<100 {
            tasks.append(Task(executorPreference: thread) { order.change { $0.append(number) } })
        }
        start.signal()
        for task in tasks { await task.value }
        #expect(order.value == Array(0..<100))
    }

    #if os(Linux)
        @Test func aThreadEndsWithItsExecutorAndNotBeforeItsJobs() async throws {
            let hasRun = Shared(false)
            let (thread, task): (String, Task<Void, Never>) = try await {
                let executor = try WorkerThread()
                let thread = await Task(executorPreference: executor) { Self.threadFolder() }.value
                let release = DispatchSemaphore(value: 0)
                let task = Task(executorPreference: executor) {
                    Self.block(on: release)
                    await Task.yield()
                    hasRun.change { $0 = true }
                }
                release.signal()
                return (thread, task)
            }()
            await task.value
            #expect(hasRun.value)
            try await eventually("the thread is gone") { access(thread, F_OK) != 0 }
        }

        /// Where the system shows the current thread while it lives.
        private static func threadFolder() -> String {
            var name = [CChar](repeating: 0, count: 256)
            let count = readlink("/proc/thread-self", &name, name.count)
            return "/proc/" + String(decoding: name.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    #endif
}
