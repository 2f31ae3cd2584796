/// A simulation that found something wrong.
package struct SimulationError: Error, CustomStringConvertible {
    /// What went wrong.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case violation, stalled, escaped, ended
        }

        private let value: Value

        /// An invariant of the protocol was violated.
        package static let violation = Code(value: .violation)

        /// When all faults were over, something never came to its end.
        package static let stalled = Code(value: .stalled)

        /// Something ran in an order that nobody can repeat: on a thread of its own, or differently when run again.
        package static let escaped = Code(value: .escaped)

        /// A part of the system ended with an error, or did not end when it was told to.
        package static let ended = Code(value: .ended)

        /// The code's name.
        package var description: String {
            value.rawValue
        }
    }

    /// What went wrong.
    package let code: Code

    /// What a person reads first.
    package let message: String

    /// The seed, with which the simulation runs again in the same way.
    package let seed: UInt64

    /// What happened, one line an event; empty unless it was asked for.
    package let schedule: [String]

    init(_ code: Code, _ message: String, seed: UInt64, schedule: [String] = []) {
        self.code = code
        self.message = message
        self.seed = seed
        self.schedule = schedule
    }

    /// The seed, what is wrong, and the schedule.
    package var description: String {
        (["seed \(seed): \(code): \(message)"] + schedule).joined(separator: "\n")
    }
}
