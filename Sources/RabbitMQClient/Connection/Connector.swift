import PollExecutor

/// Makes connections, one broker after the other, on a thread that may block.
struct Connector: Sendable {
    private let configuration: RabbitMQConfiguration
    // Each client starts at another broker, so that not all of them crowd onto the first.
    private var next = Int.random(in: 0..<1024)

    init(_ configuration: RabbitMQConfiguration) {
        self.configuration = configuration
    }

    /// The next broker of the list.
    mutating func nextEndpoint() throws(RabbitMQError) -> RabbitMQConfiguration.Endpoint {
        guard !self.configuration.endpoints.isEmpty else {
            throw RabbitMQError(code: .invalidConfiguration, message: "The configuration names no broker")
        }
        self.next += 1
        return self.configuration.endpoints[self.next % self.configuration.endpoints.count]
    }

    /// Connects to a broker.
    static func connect(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration
    ) async throws(RabbitMQError) -> ConnectionHandle {
        try await BlockingThread.run(name: "rabbit-connect") { () throws(RabbitMQError) in
            try ConnectionHandle(endpoint, configuration)
        }
    }
}
