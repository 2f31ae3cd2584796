extension RunTable {
    /// How far a server is.
    enum Life: Sendable {
        /// It does not take jobs yet.
        case starting
        case serving
        /// Its processes end, or have ended: nobody would store the ends of what begins now.
        case over
    }

    // MARK: Life

    /// Notes that the server takes jobs.
    mutating func beginServing() {
        if life == .starting { life = .serving }
    }

    /// Notes that its processes are about to end.
    mutating func endServing() {
        life = .over
    }
}
