/// How the servers of a test's Baton are woken.
package enum LabTransport: Sendable {
    /// Through the broker.
    case broker
    /// Through a broker that nobody can reach: where it should be, nothing listens.
    case brokerOutOfReach
    /// Not at all: storage alone serves.
    case none

    /// The URL to connect to.
    ///
    /// - Parameter servers: The real servers.
    /// - Returns: The URL; `nil` where there is no transport.
    func url(_ servers: TestServers) -> String? {
        switch self {
        case .broker: servers.rabbitMQURL
        // A port that is reserved, and on which no system has a service.
        case .brokerOutOfReach: "amqp://guest:guest@127.0.0.1:1/none"
        case .none: nil
        }
    }
}
