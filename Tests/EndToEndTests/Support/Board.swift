import EndToEndSupport
import Locking

/// Where jobs of a test say that they have begun, and learn when they may end.
final class Board: Sendable {
    private struct State {
        var arrivals: [String: Latch] = [:]
        var releases: [String: Latch] = [:]
        var counts: [String: Int] = [:]
        var echoes: [String: Int] = [:]
    }

    private let state = Locked(State())

    /// Opens when something of this name has begun.
    func arrival(of name: String) -> Latch {
        state.withLock { $0.arrivals[name, default: Latch()].kept(in: &$0.arrivals, as: name) }
    }

    /// Opened by the test to let something of this name end.
    func release(of name: String) -> Latch {
        state.withLock { $0.releases[name, default: Latch()].kept(in: &$0.releases, as: name) }
    }

    /// Counts something.
    func count(_ name: String) {
        state.withLock { $0.counts[name, default: 0] += 1 }
    }

    /// Notes a text that was echoed.
    func echo(_ text: String) {
        state.withLock { $0.echoes[text, default: 0] += 1 }
    }

    /// How often each text was echoed.
    var echoes: [String: Int] {
        state.withLock { $0.echoes }
    }

    /// How often something was counted.
    func counted(_ name: String) -> Int {
        state.withLock { $0.counts[name, default: 0] }
    }
}

extension Latch {
    fileprivate func kept(in latches: inout [String: Latch], as name: String) -> Latch {
        latches[name] = self
        return self
    }
}
