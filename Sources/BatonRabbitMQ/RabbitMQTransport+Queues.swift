public import Baton
internal import RabbitMQClient

extension RabbitMQTransport {
    /// Publishes a probe to all lanes of a queue, persistent, mandatory and confirmed.
    ///
    /// - Parameters:
    ///   - probe: The round it belongs to.
    ///   - queue: The queue.
    /// - Returns: Whether the broker has it in all lanes.
    public func publish(_ probe: ProbeID, to queue: String) async -> Bool {
        guard case .success(let publisher) = publisher, publisher.isConnected else { return false }
        let missing = declared.missing(of: [queue], on: publisher.connectionNumber)
        if !missing.isEmpty {
            let refused = await withCheckedContinuation { continuation in
                declaring.submit(missing) { continuation.resume(returning: $0) }
            }
            guard refused.isEmpty else { return false }
        }
        let outcomes = await publisher.publish(envelope.messages(probe, to: queue))
        if outcomes.contains(where: { $0.kind == .returned }) { declared.remove(queue) }
        return outcomes.allSatisfy { $0.isConfirmed }
    }

    /// Declares a queue before the first message to it over a connection: a job may be enqueued before any server serves its
    /// queue, and the broker may have lost it since the last connection.
    ///
    /// - Returns: What has become of messages to it when it could not be declared; `nil` when it is there.
    func declare(_ queue: String, _ publisher: RabbitMQPublisher) async -> PublishOutcome? {
        let connection = publisher.connectionNumber
        guard publisher.isConnected else { return .unconfirmed(reason: "There is no connection to the broker.") }
        do throws(RabbitMQError) {
            try await keeper.declare(queue, on: publisher)
            declared.insert(queue, on: connection)
            return nil
        } catch {
            return error.replyCode == nil ? .unconfirmed(reason: error.message) : .refused(reason: error.message)
        }
    }
}
