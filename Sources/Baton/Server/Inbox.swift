import Locking

/// What one process of a server hands to another.
///
/// What arrives while a batch is being dealt with forms the next batch: group commit without a timer.
final class Inbox<Element: Sendable>: Sendable {
    private let waiting = Locked<[Element]>([])
    private let wakeup = Wakeup()

    /// Adds elements.
    ///
    /// - Parameter elements: The elements.
    func append(_ elements: some Collection<Element>) {
        guard !elements.isEmpty else { return }
        waiting.withLock { $0.append(contentsOf: elements) }
        wakeup.ring()
    }

    /// Takes what waits.
    ///
    /// - Returns: Everything that waits.
    func takeAll() -> [Element] {
        waiting.withLock { waiting in
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
    }

    /// Waits for elements.
    ///
    /// - Returns: Everything that waits, never empty.
    /// - Throws: `CancellationError` when the task is cancelled.
    func next() async throws -> [Element] {
        while true {
            let batch = takeAll()
            if !batch.isEmpty {
                return batch
            }
            try await wakeup.wait()
        }
    }
}
