internal import Baton

extension JobState {
    /// The number that stands for the state in a row.
    ///
    /// Stored, so it must never change.
    var code: Int16 {
        switch self {
        case .scheduled: 0
        case .awaiting: 1
        case .enqueued: 2
        case .processing: 3
        case .succeeded: 4
        case .failed: 5
        case .deleted: 6
        }
    }

    /// Reads a row's number.
    ///
    /// - Parameter code: The number; nil comes back for one of a later version.
    init?(code: Int16) {
        guard let state = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = state
    }
}
