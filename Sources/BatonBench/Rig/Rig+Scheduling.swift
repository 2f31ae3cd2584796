import Baton
import Foundation
import Locking

extension Rig {
    private static let batch = 1_000

    /// Stores jobs that are all due at the same time.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - date: When they are due.
    ///   - tally: Told of them.
    /// - Throws: `JobStorageError`.
    func schedule(_ count: Int, at date: Date, _ tally: DueTally) async throws {
        let arguments = JSONText(String(decoding: try JSONEncoder().encode(DueNoOp()), as: UTF8.self))
        let environment = JobEnvironment()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in stride(from: 0, to: count, by: Self.batch) {
                // Two at a time.
                if start >= 2 * Self.batch { try await group.next() }
                group.addTask {
                    let jobs = (start..<min(start + Self.batch, count)).map { _ in
                        NewJob(
                            id: environment.makeJobID(),
                            name: DueNoOp.name,
                            queue: Self.queue,
                            arguments: arguments,
                            priority: 0,
                            maximumAttempts: 10,
                            timeout: nil,
                            start: .at(date)
                        )
                    }
                    tally.expect(jobs.map(\.id))
                    _ = try await self.storage.insert(jobs, isRepeated: false)
                }
            }
            try await group.waitForAll()
        }
    }
}
