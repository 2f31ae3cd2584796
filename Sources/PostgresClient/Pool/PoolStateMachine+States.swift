extension PoolStateMachine {
    /// What a connection is at.
    enum ConnectionState {
        /// Can become idle, leased or backingOff.
        case connecting
        /// Can become connecting.
        case backingOff
        /// Can become leased or closing; backingOff when it is lost.
        case idle(unusedSweeps: Int)
        /// Can become idle or closing.
        case leased
        /// Is forgotten once it is closed.
        case closing

        /// Whether it is on its way to being connected.
        var isPending: Bool {
            switch self {
            case .connecting, .backingOff: true
            case .idle, .leased, .closing: false
            }
        }
    }

    /// What the pool is at.
    enum Phase {
        /// Nothing is connected; requests wait.
        case initialized
        case running
        case shuttingDown
        case finished
    }
}
