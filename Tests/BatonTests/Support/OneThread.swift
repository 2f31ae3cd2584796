import Dispatch

/// A task executor that is one thread at a time, and knows it.
final class OneThread: TaskExecutor {
    private static let key = DispatchSpecificKey<Bool>()
    private let queue = DispatchQueue(label: "one thread")

    /// Whether the caller runs there.
    static var isHere: Bool { DispatchQueue.getSpecific(key: key) ?? false }

    init() {
        queue.setSpecific(key: Self.key, value: true)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
