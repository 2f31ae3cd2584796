import Locking

/// What the jobs of a test did, in order.
final class Notebook: Sendable {
    private let written = Locked<[String]>([])

    var lines: [String] {
        written.withLock { $0 }
    }

    func write(_ line: String) {
        written.withLock { $0.append(line) }
    }
}
