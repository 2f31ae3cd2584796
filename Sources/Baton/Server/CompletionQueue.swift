import Synchronization

/// The ends of runs on their way to storage.
///
/// Those that arrive while a batch is being stored form the next batch: group commit without a timer.
final class CompletionQueue: Sendable {
    private let waiting = Mutex<[Completion]>([])
    private let wakeup = Wakeup()

    /// Adds the end of a run.
    ///
    /// - Parameter completion: The end.
    func append(_ completion: Completion) {
        waiting.withLock { $0.append(completion) }
        wakeup.ring()
    }

    /// Waits for ends.
    ///
    /// - Returns: Everything that waits, never empty.
    /// - Throws: `CancellationError` when the task is cancelled.
    func next() async throws -> [Completion] {
        while true {
            let batch = waiting.withLock { waiting in
                defer { waiting.removeAll(keepingCapacity: true) }
                return waiting
            }
            if !batch.isEmpty {
                return batch
            }
            try await wakeup.wait()
        }
    }
}
