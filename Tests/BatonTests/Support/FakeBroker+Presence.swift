import Baton

/// What a server can see at the broker of itself and of others.
extension FakeBroker {
    /// Whether a server's connection stands, as far as it knows.
    func isPresent(_ id: Int) -> Bool {
        read { $0.channels[id]?.isConnected ?? false }
    }

    /// Looks for a server's queue through another's connection, or its own.
    func sight(_ presence: ServerPresence, from id: Int) -> PresenceSighting? {
        let now = storage.clock.now
        return read { state in
            guard !state.isSilent, let own = state.channels[id], own.isConnected else { return nil }
            return PresenceSighting(
                isThere: state.channels.values.contains { $0.presence == presence && $0.isConnected },
                connectionAge: own.since.duration(to: now)
            )
        }
    }
}
