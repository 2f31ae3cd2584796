/// Which broker to try next, and how long to wait before.
///
/// One that cannot be reached is no reason to wait: the next one is tried at once, and only when none of them has
/// answered does it take a break.
struct ConnectSchedule {
    private let endpoints: [RabbitMQConfiguration.Endpoint]
    private let backoff: RabbitMQBackoff
    private var next = 0
    /// How many brokers have not been reached since the last break.
    private var missed = 0
    /// How many breaks there were in a row.
    private var breaks = 0

    /// How often in a row no connection has come about.
    private(set) var failures = 0

    /// How many brokers there are.
    var count: Int { self.endpoints.count }

    /// Shuffles the brokers, so that the clients of one that fails do not all turn to the same other one.
    init(_ configuration: RabbitMQConfiguration, using generator: inout some RandomNumberGenerator) {
        self.init(configuration.endpoints.shuffled(using: &generator), configuration)
    }

    init(_ configuration: RabbitMQConfiguration) {
        self.init(configuration.endpoints.shuffled(), configuration)
    }

    private init(_ endpoints: [RabbitMQConfiguration.Endpoint], _ configuration: RabbitMQConfiguration) {
        self.endpoints = endpoints
        self.backoff = configuration.backoff
    }

    /// The broker to try now.
    mutating func nextEndpoint() throws(RabbitMQError) -> RabbitMQConfiguration.Endpoint {
        guard !self.endpoints.isEmpty else {
            throw RabbitMQError(code: .invalidConfiguration, message: "The configuration names no broker")
        }
        defer { self.next = (self.next + 1) % self.endpoints.count }
        return self.endpoints[self.next]
    }

    /// The wait after a broker could not be reached.
    mutating func delayAfterMiss(jitter: Double = .random(in: 0...1)) -> Duration {
        self.failures += 1
        self.missed += 1
        guard self.missed >= self.endpoints.count else { return .zero }
        return self.takeBreak(jitter)
    }

    /// The wait after a connection has ended; one that held for a while is no failure to connect.
    ///
    /// Never zero: whoever was connected to a broker that has gone comes back at the same time.
    mutating func delayAfterLoss(heldFor duration: Duration, jitter: Double = .random(in: 0...1)) -> Duration {
        if duration > self.backoff.maximum { self.succeed() }
        self.failures += 1
        return self.takeBreak(jitter)
    }

    /// Notes that a connection has proved useful.
    mutating func succeed() {
        self.failures = 0
        self.missed = 0
        self.breaks = 0
    }

    private mutating func takeBreak(_ jitter: Double) -> Duration {
        self.missed = 0
        self.breaks += 1
        return self.backoff.delay(afterFailures: self.breaks, jitter: jitter)
    }
}
