import Foundation
import Locking

/// All workers the demonstration has started; none outlives it.
final class WorkerCrew: Sendable {
    private let workers = Locked<[WorkerProcess]>([])

    /// Adds a worker.
    ///
    /// - Parameter worker: The worker, started.
    func add(_ worker: WorkerProcess) {
        workers.withLock { $0.append(worker) }
    }

    /// Those that have not ended.
    var alive: [WorkerProcess] {
        workers.withLock { $0.filter { $0.child.ending.value == nil } }
    }

    /// Lets all workers end in order.
    ///
    /// - Throws: ``DemoError`` when one does not, or not with exit code 0; `CancellationError`.
    func stop() async throws {
        let alive = alive
        for worker in alive {
            worker.child.send(SIGTERM)
        }
        for worker in alive {
            guard let ending = try await worker.child.ending.wait(atMost: .seconds(60)) else {
                throw DemoError(.failure, "Worker \(worker.name) does not end after SIGTERM:\n\(worker.log)")
            }
            guard ending == .exited(0) else {
                throw DemoError(.failure, "Worker \(worker.name) ended with \(ending) after SIGTERM:\n\(worker.log)")
            }
        }
    }

    /// Ends at once what still runs; for every way out.
    func kill() {
        for worker in alive {
            worker.child.send(SIGKILL)
        }
    }
}
