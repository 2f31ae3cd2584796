import Foundation

/// Processor time used so far by PostgreSQL, by RabbitMQ and by this program, in seconds.
struct ProcessorTime: Sendable, Hashable {
    /// `nil` where the process is not known.
    var postgres: Double?
    var rabbitmq: Double?
    var baton: Double

    /// The time between two readings.
    static func - (later: ProcessorTime, earlier: ProcessorTime) -> ProcessorTime {
        func difference(_ part: KeyPath<ProcessorTime, Double?>) -> Double? {
            guard let to = later[keyPath: part], let from = earlier[keyPath: part] else { return nil }
            return to - from
        }
        return ProcessorTime(
            postgres: difference(\.postgres),
            rabbitmq: difference(\.rabbitmq),
            baton: later.baton - earlier.baton
        )
    }
}
