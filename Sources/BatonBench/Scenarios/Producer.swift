import Baton
import Locking

/// Enqueues jobs as fast as it can.
struct Producer: Sendable {
    private let jobs: JobClient
    private let callers: Int
    private let bulk: Int?

    /// Makes a producer.
    ///
    /// - Parameters:
    ///   - jobs: Where to enqueue.
    ///   - callers: How many tasks call at a time, each one call after another.
    ///   - bulk: How many jobs a call stores; `nil` for calls that store one.
    init(_ jobs: JobClient, callers: Int, bulk: Int?) {
        self.jobs = jobs
        self.callers = callers
        self.bulk = bulk
    }

    /// Enqueues, and returns when the last call has.
    ///
    /// - Parameter count: How many jobs.
    /// - Throws: `JobStorageError`.
    func enqueue(_ count: Int) async throws {
        let remainder = Remainder(count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<callers {
                group.addTask { try await call(remainder) }
            }
            try await group.waitForAll()
        }
    }

    private func call(_ remainder: Remainder) async throws {
        while true {
            let count = remainder.take(bulk ?? 1)
            if count == 0 { return }
            if bulk == nil {
                try await jobs.enqueue(NoOp())
            } else {
                try await jobs.enqueue(contentsOf: repeatElement(NoOp(), count: count))
            }
        }
    }
}

/// What is left for several callers to do.
private final class Remainder: Sendable {
    private let count: Locked<Int>

    init(_ count: Int) {
        self.count = Locked(count)
    }

    /// Takes as much as there is, at most what is wanted.
    func take(_ wanted: Int) -> Int {
        count.withLock { count in
            let taken = min(wanted, count)
            count -= taken
            return taken
        }
    }
}
