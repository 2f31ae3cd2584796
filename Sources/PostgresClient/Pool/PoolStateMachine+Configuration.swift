extension PoolStateMachine.Configuration {
    init(_ configuration: PostgresConfiguration) {
        // A pool without connections would make everybody wait for nothing.
        self.maximumConnections = max(1, configuration.maximumConnections)
        self.minimumConnections = min(max(0, configuration.minimumConnections), self.maximumConnections)
        self.idleTimeout = configuration.idleTimeout
        self.leaseTimeout = configuration.leaseTimeout
        self.minimumBackoff = configuration.minimumBackoff
        self.maximumBackoff = configuration.maximumBackoff
    }
}
