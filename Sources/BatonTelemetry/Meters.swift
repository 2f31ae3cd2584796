import CoreMetrics
import Locking

/// Counters and timers, each made once: a factory may take long to make one.
final class Meters: Sendable {
    private struct Key: Hashable {
        let label: String
        let values: [String]
    }

    private struct State {
        var counters: [Key: Counter] = [:]
        var timers: [Key: Timer] = [:]
    }

    private let state = Locked(State())
    private let factory: any MetricsFactory

    /// Makes none yet.
    ///
    /// - Parameter factory: What makes them.
    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    /// The counter of a label and dimensions.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - dimensions: Their names are always the same for a label.
    /// - Returns: The counter.
    func counter(_ label: String, _ dimensions: [(String, String)]) -> Counter {
        let key = Key(label: label, values: dimensions.map(\.1))
        return state.withLock { state in
            if let counter = state.counters[key] { return counter }
            let counter = Counter(label: label, dimensions: dimensions, factory: factory)
            state.counters[key] = counter
            return counter
        }
    }

    /// The timer of a label and dimensions, whose readings are to be shown in seconds.
    ///
    /// - Parameters:
    ///   - label: The label.
    ///   - dimensions: Their names are always the same for a label.
    /// - Returns: The timer.
    func timer(_ label: String, _ dimensions: [(String, String)]) -> Timer {
        let key = Key(label: label, values: dimensions.map(\.1))
        return state.withLock { state in
            if let timer = state.timers[key] { return timer }
            let timer = Timer(label: label, dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
            state.timers[key] = timer
            return timer
        }
    }
}

extension Timer {
    /// Takes in a time.
    ///
    /// - Parameter duration: The time.
    func record(_ duration: Duration) {
        recordSeconds(duration / .seconds(1))
    }
}
