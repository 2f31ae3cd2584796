import Logging

extension RabbitMQPublisher {
    /// Adds to what is declared: now, if there is a connection, and on every new one.
    ///
    /// Without a connection it is taken on trust. If the broker then refuses it, it is dropped and only logged: one wrong
    /// queue must not keep everything else from being published.
    ///
    /// - Parameter topology: What there is to be besides.
    /// - Throws: ``RabbitMQError`` when the broker refuses; it is then not added.
    public func declare(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
        if let driver = self.driver, self.isConnected { try await self.declare(topology, on: driver) }
        if !self.additions.contains(topology) { self.additions.append(topology) }
    }

    /// Declares what was added; more may be added meanwhile.
    func declareAdditions(on driver: ConnectionDriver) async throws(RabbitMQError) {
        var index = 0
        while index < self.additions.count {
            let addition = self.additions[index]
            do throws(RabbitMQError) {
                try await self.declare(addition, on: driver)
                index += 1
            } catch {
                guard driver.closeError == nil else { throw error }
                self.logger.error("RabbitMQ refused a declaration", metadata: ["error": "\(error)"])
                self.additions.removeAll { $0 == addition }
            }
        }
    }

    func declare(_ topology: RabbitMQTopology, on driver: ConnectionDriver) async throws(RabbitMQError) {
        guard topology != RabbitMQTopology() else { return }
        try await driver.declareApart(topology)
    }

    // MARK: This connection alone

    /// Declares exchanges, queues and bindings, this once: a later connection does not declare them again.
    ///
    /// - Parameter topology: What there should be.
    /// - Throws: ``RabbitMQError`` when the broker refuses, or there is no connection.
    public func declareOnce(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
        guard let driver = self.driver, self.isConnected else { throw self.unavailable }
        try await driver.declareApart(topology)
    }

    /// Looks which of some queues are not there.
    ///
    /// - Parameter queues: The queues' names.
    /// - Returns: Those that the broker does not have.
    /// - Throws: ``RabbitMQError`` if that cannot be told.
    public func missing(of queues: [String]) async throws(RabbitMQError) -> [String] {
        guard let driver = self.driver, self.isConnected else { throw self.unavailable }
        return try await driver.missing(of: queues)
    }
}
