package import Logging
import Foundation
import Locking

/// What the code under test logs, kept to be shown when the test fails.
package final class LabLog: Sendable {
    private static let capacity = 400

    /// Whether every line is shown at once, for somebody who looks into a test that hangs.
    private static let isLive = ProcessInfo.processInfo.environment["BATON_TEST_LOG"] != nil

    private let lines = Locked<[String]>([])
    private let start = ContinuousClock.now

    package init() {}

    /// A logger that writes here.
    ///
    /// - Parameter label: Who logs.
    /// - Returns: The logger, at debug level.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { LabLogHandler(log: self, label: $0) }
    }

    /// Adds a line with the time since the log began.
    ///
    /// - Parameter text: The line.
    package func add(_ text: String) {
        let line = "\(ContinuousClock.now - start) \(text)"
        if Self.isLive {
            write(line)
        }
        lines.withLock { lines in
            if lines.count == Self.capacity {
                lines.removeFirst(Self.capacity / 4)
            }
            lines.append(line)
        }
    }

    /// Whether some line holds a text.
    ///
    /// - Parameter text: What is looked for.
    /// - Returns: Whether it is there.
    package func contains(_ text: String) -> Bool {
        lines.withLock { $0.contains { $0.contains(text) } }
    }

    /// Writes everything to standard error.
    ///
    /// - Parameter title: What comes before it.
    package func dump(_ title: String) {
        write(lines.withLock { (["—— \(title)"] + $0).joined(separator: "\n") })
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
