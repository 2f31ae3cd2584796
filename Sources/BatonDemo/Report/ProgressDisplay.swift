import Foundation
import Locking

/// Shows a person how far the demonstration is: a line that changes on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
    private struct State {
        var counts = JobCounts()
        var nextPlainLine = ContinuousClock.now
        var hasLine = false
    }

    private let expected: Int
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private let state = Locked(State())

    /// Makes a display.
    ///
    /// - Parameters:
    ///   - expected: How many jobs there will be.
    ///   - isTerminal: Whether a line can be written over.
    init(expected: Int, isTerminal: Bool = StandardOutput.isTerminal) {
        self.expected = expected
        self.isTerminal = isTerminal
    }

    /// Says what happens.
    ///
    /// - Parameter text: One line.
    func say(_ text: String) {
        state.withLock { state in
            write("\(time) \(text)\n", over: &state)
            if isTerminal {
                draw(&state)
            }
        }
    }

    /// Shows counts.
    ///
    /// - Parameter counts: How far the jobs are.
    func show(_ counts: JobCounts) {
        state.withLock { state in
            let isNew = counts != state.counts
            state.counts = counts
            if isTerminal {
                draw(&state)
            } else if isNew, state.nextPlainLine <= .now {
                state.nextPlainLine = .now + .seconds(5)
                StandardOutput.write("\(time) \(line(counts))\n")
            }
        }
    }

    /// Leaves the last line where it is.
    func finish() {
        state.withLock { state in
            if state.hasLine {
                StandardOutput.write("\n")
                state.hasLine = false
            }
        }
    }

    private func draw(_ state: inout State) {
        let width = 24
        let filled = width * min(state.counts.ended, expected) / max(expected, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        StandardOutput.write("\r\u{1B}[K\(time) \(bar) \(line(state.counts))")
        state.hasLine = true
    }

    private func write(_ text: String, over state: inout State) {
        StandardOutput.write(state.hasLine ? "\r\u{1B}[K\(text)" : text)
        state.hasLine = false
    }

    private func line(_ counts: JobCounts) -> String {
        "\(counts.ended) of \(expected) done, \(counts.processing) running, \(counts.enqueued + counts.scheduled) waiting"
    }

    private var time: String {
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        return "[\(seconds < 10 ? "  " : seconds < 100 ? " " : "")\(seconds) s]"
    }
}
