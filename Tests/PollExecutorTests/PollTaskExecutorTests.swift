import Glibc
import Locking
import PollExecutor
import Testing

/// An actor that lives where the tasks do.
private actor Neighbour {
    private let executor: PollExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    init(_ executor: PollExecutor) {
        self.executor = executor
    }

    func threadID() -> UInt { UInt(pthread_self()) }
}

/// A call of no actor's that goes on without having waited.
@concurrent private func step(_ depth: Int) async -> Int {
    depth == 0 ? 0 : await step(depth - 1) + 1
}

@Suite(.timeLimit(.minutes(15))) struct PollTaskExecutorTests {
    @Test func aTaskAndTheActorsItCallsShareTheThread() async {
        let executor = PollExecutor(name: "poll-tasks")
        let neighbour = Neighbour(executor)
        let threads = await Task(executorPreference: executor.taskExecutor) {
            let before = UInt(pthread_self())
            let within = await neighbour.threadID()
            return [before, within, UInt(pthread_self())]
        }.value
        #expect(Set(threads).count == 1)
        #expect(await neighbour.threadID() == threads[0])
    }

    @Test func callsThatDoNotWaitAreNotQueuedAgain() async {
        let executor = PollExecutor(name: "poll-tasks")
        let neighbour = Neighbour(executor)
        let isOvertaken = await Task(executorPreference: executor.taskExecutor) {
            // Back from the actor the task is a task's again, and not the actor's.
            _ = await neighbour.threadID()
            let hasRun = Locked(false)
            executor.execute { hasRun.withLock { $0 = true } }
            // Whatever was queued before would overtake a step that is queued again.
            _ = await step(20)
            return hasRun.withLock { $0 }
        }.value
        #expect(!isOvertaken)
    }

    @Test func itIsTheSameForAsLongAsItIsHeld() {
        let executor = PollExecutor(name: "poll-tasks")
        let held = executor.taskExecutor
        #expect(executor.taskExecutor === held)
        #expect(held.executor === executor)
    }

    @Test func tasksKeepTheThreadUntilTheyEnd() async {
        let (isReached, reached) = AsyncStream<Void>.makeStream()
        let (isOpen, open) = AsyncStream<Void>.makeStream()
        let task: Task<Bool, Never>
        weak var gone: PollExecutor?
        do {
            let executor = PollExecutor(name: "poll-tasks")
            gone = executor
            task = Task(executorPreference: executor.taskExecutor) {
                let thread = UInt(pthread_self())
                reached.finish()
                for await _ in isOpen {}
                return UInt(pthread_self()) == thread
            }
        }
        for await _ in isReached {}
        #expect(gone != nil)
        open.finish()
        #expect(await task.value)
    }
}
