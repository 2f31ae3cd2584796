import BrokerProxy
import RabbitMQClient
import Testing

@Suite(.tlsBroker, .timeLimit(.minutes(15)))
struct TLSTests {
    private let broker: TLSBroker
    private let configuration: RabbitMQConfiguration

    init() throws {
        self.broker = try TLSBroker.current
        self.configuration = self.broker.configuration(\.port)
    }

    private func connect(_ configuration: RabbitMQConfiguration) async throws {
        var configuration = configuration
        // It tries once, beside many other tests; and the URLs say nothing of it.
        configuration.connectTimeout = .seconds(60)
        await (try RabbitMQConnection(configuration)).close()
    }

    /// Tries to connect, and returns why it failed.
    private func failure(_ configuration: RabbitMQConfiguration) async -> RabbitMQError? {
        do throws(RabbitMQError) {
            await (try RabbitMQConnection(configuration)).close()
            return nil
        } catch {
            return error
        }
    }

    @Test
    func carriesMessagesOfEverySizeBothWays() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("tls"))
        let publisher = RabbitMQPublisher(
            self.configuration,
            topology: RabbitMQTopology(queues: [queue]),
            logger: Broker.logger
        )
        let consumer = RabbitMQConsumer(
            self.configuration,
            subscriptions: [RabbitMQSubscription(queue, prefetch: 300)],
            logger: Broker.logger
        )
        // Around a TLS record, around an AMQP frame, and larger than both; then many small ones.
        let sizes = [0, 1, 16_383, 16_384, 16_385, 131_064, 131_065, 128 << 10, 1 << 20] + (0..<1000).map { $0 }
        let messages = sizes.map { size in
            RabbitMQMessage(
                exchange: "",
                routingKey: queue.name,
                body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            )
        }
        try await withConsumer(consumer) { consumer, reader in
            try await withPublisher(publisher) { publisher in
                async let outcomes = publisher.publish(messages)
                for message in messages {
                    let delivery = try await reader.deliveries(1)[0]
                    #expect(delivery.message.body == message.body)
                    consumer.acknowledge([delivery])
                }
                #expect(await outcomes.allSatisfy { $0.isConfirmed })
            }
        }
    }

    @Test
    func readsItsSettingsFromAURL() async throws {
        let files = self.broker.certificates
        let (user, password) = (self.broker.plain.user, self.broker.plain.password)
        let host = "127.0.0.1:\(self.broker.port)/\(self.broker.plain.virtualHost)"
        var configuration = try RabbitMQConfiguration(
            url: "amqps://\(user):\(password)@\(host)?cacertfile=\(files.authority)&heartbeat=5"
        )
        try await self.connect(configuration)
        configuration = try RabbitMQConfiguration(
            url: "amqps://\(host)?cacertfile=\(files.authority)&certfile=\(files.client)"
                + "&keyfile=\(files.key(files.client))&auth_mechanism=external"
        )
        try await self.connect(configuration)
        configuration = try RabbitMQConfiguration(url: "amqps://\(user):\(password)@\(host)?verify=verify_none")
        try await self.connect(configuration)
    }

    @Test
    func trustsNoAuthorityButThoseItIsTold() async throws {
        var configuration = self.configuration
        for authority in [nil, self.broker.certificates.stranger] {
            configuration.tls?.authorityFile = authority
            let error = try #require(await self.failure(configuration))
            #expect(error.code == .insecure)
            #expect(error.message.contains("certificate is not accepted"))
            #expect(!error.message.contains(configuration.password))
        }
        configuration.tls?.verification = .certificate
        #expect(await self.failure(configuration)?.code == .insecure)
        configuration.tls?.verification = .none
        try await self.connect(configuration)
    }

    @Test
    func comparesNamesAndAddresses() async throws {
        try await self.connect(self.broker.configuration(host: "127.0.0.1", \.port))
        try await self.connect(self.broker.configuration(host: "localhost", \.port))
        try await self.connect(self.broker.configuration(host: "localhost", \.namedPort))

        var configuration = self.broker.configuration(host: "127.0.0.1", \.namedPort)
        let error = try #require(await self.failure(configuration))
        #expect(error.code == .insecure)
        #expect(error.message.contains("not for 127.0.0.1"))
        configuration.tls?.serverName = "localhost"
        try await self.connect(configuration)
        configuration.tls?.serverName = "elsewhere.example"
        #expect(await self.failure(configuration)?.message.contains("elsewhere.example") == true)
        configuration.tls?.verification = .certificate
        try await self.connect(configuration)
    }

    @Test
    func logsInByCertificate() async throws {
        let files = self.broker.certificates
        var configuration = self.broker.configuration(\.strictPort)
        configuration.authentication = .certificate
        configuration.user = "nobody"
        configuration.password = "nothing"
        configuration.tls?.certificateFile = files.client
        configuration.tls?.keyFile = files.key(files.client)
        try await self.connect(configuration)

        configuration.tls?.keyFile = files.encryptedKey
        // And nobody is asked at a terminal.
        #expect(await self.failure(configuration)?.code == .invalidConfiguration)
        configuration.tls?.keyPassword = "wrong"
        #expect(await self.failure(configuration)?.code == .invalidConfiguration)
        configuration.tls?.keyPassword = files.password
        try await self.connect(configuration)
        #expect(!String(reflecting: configuration).contains(files.password))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains(files.password))
    }

    @Test
    func saysThatTheBrokerWantsACertificate() async throws {
        // In TLS 1.3 the broker says so only after the client's side of the handshake is done.
        let error = try #require(await self.failure(self.broker.configuration(\.strictPort)))
        #expect(error.code == .insecure)
        #expect(error.message.contains("certificate"))
    }

    @Test
    func refusesVersionsBefore12() async throws {
        var configuration = self.broker.configuration(\.oldPort)
        configuration.tls?.verification = .none
        let error = try #require(await self.failure(configuration))
        #expect(error.code == .insecure)
        #expect(error.message.contains("version"))
    }

    @Test
    func saysWhichFileCannotBeRead() async throws {
        var configuration = self.configuration
        configuration.tls?.authorityFile = "/nowhere/authority.pem"
        var error = try #require(await self.failure(configuration))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("/nowhere/authority.pem"))

        configuration = self.configuration
        configuration.tls?.certificateFile = self.broker.certificates.client
        // Somebody else's.
        configuration.tls?.keyFile = self.broker.certificates.key(self.broker.certificates.broker)
        error = try #require(await self.failure(configuration))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("broker.key"))
    }

    @Test
    func saysThatOnlyOneSideSpeaksTLS() async throws {
        var configuration = self.broker.plain
        configuration.tls = RabbitMQTLS()
        var error = try #require(await self.failure(configuration))
        #expect(error.code == .insecure)
        #expect(error.message.contains("does not speak TLS"))

        configuration = self.configuration
        configuration.tls = nil
        configuration.connectTimeout = .seconds(5)
        error = try #require(await self.failure(configuration))
        #expect(error.code == .connectFailed)
    }

    @Test
    func givesUpOnAHandshakeThatDoesNotEnd() async throws {
        let (listener, port) = try Sockets.listen()
        defer { Sockets.close(listener) }
        var configuration = self.configuration
        configuration.endpoints = [.init(host: "127.0.0.1", port: port)]
        configuration.connectTimeout = .milliseconds(300)
        #expect(await self.failure(configuration)?.code == .connectFailed)
    }

    @Test
    func connectsAgainAndLosesNothing() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("again"))
        try await withProxy(to: self.configuration) { proxy, configuration in
            let publisher = RabbitMQPublisher(
                configuration,
                topology: RabbitMQTopology(queues: [queue]),
                patience: .seconds(300),
                logger: Broker.logger
            )
            try await withPublisher(publisher) { publisher in
                let message = RabbitMQMessage(
                    exchange: "",
                    routingKey: queue.name,
                    body: .init(repeating: 7, count: 9999)
                )
                for _ in 0..<3 {
                    #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                    // That it has no connection may be over before anybody looks.
                    let accepted = proxy.cut()
                    try await eventually("the publisher is back") { proxy.accepted >= accepted }
                }
                #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                #expect(proxy.accepted == 4)
            }
        }
    }

    @Test
    func staysFreeWhenThePeerReadsNothing() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("stalled"))
        try await withProxy(to: self.configuration) { proxy, configuration in
            var configuration = configuration
            configuration.heartbeat = .zero
            // All of it has to come through afterwards, on a busy machine, too.
            configuration.responseTimeout = .seconds(300)
            let publisher = RabbitMQPublisher(
                configuration,
                topology: RabbitMQTopology(queues: [queue]),
                logger: Broker.logger
            )
            try await withPublisher(publisher) { publisher in
                proxy.setStalled(true)
                let large = RabbitMQMessage(
                    exchange: "",
                    routingKey: queue.name,
                    body: .init(repeating: 7, count: 1 << 20)
                )
                async let outcomes = publisher.publish(Array(repeating: large, count: 64))
                try await eventually("messages are on the wire") { await publisher.highestInFlight > 0 }
                // The thread is not stuck in a send: it answers.
                #expect(await publisher.highestInFlight < 64)
                proxy.setStalled(false)
                #expect(await outcomes.allSatisfy { $0.isConfirmed })
                #expect(proxy.accepted == 1)
            }
        }
    }
}
