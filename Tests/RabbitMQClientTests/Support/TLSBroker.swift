import LoopbackPort
import RabbitMQClient
import Testing

/// A broker that listens for TLS in several ways.
struct TLSBroker: Sendable {
    let certificates: Certificates
    /// The broker in clear text.
    let plain: RabbitMQConfiguration
    /// Where it shows a certificate for `localhost` and 127.0.0.1.
    let port: UInt16
    /// Where it shows a certificate for `localhost` only.
    let namedPort: UInt16
    /// Where it lets nobody in without a certificate.
    let strictPort: UInt16
    /// Where it speaks TLS 1.1 at most.
    let oldPort: UInt16

    fileprivate init(_ broker: PrivateBroker, _ configuration: RabbitMQConfiguration) async throws {
        self.certificates = try await Certificates()
        self.plain = configuration
        self.port = try LoopbackPort.free()
        self.namedPort = try LoopbackPort.free()
        self.strictPort = try LoopbackPort.free()
        self.oldPort = try LoopbackPort.free()
        let files = self.certificates
        func listener(_ port: UInt16, _ certificate: String, _ more: String) -> String {
            """
            ok = rabbit_networking:start_ssl_listener({"127.0.0.1", \(port)}, [{cacertfile, "\(files.authority)"}, \
            {certfile, "\(certificate)"}, {keyfile, "\(files.key(certificate))"}, \(more)], 2),
            """
        }
        try await broker.run(
            "rabbitmqctl",
            "eval",
            """
            [code:add_patha(Path) || Path <- filelib:wildcard("/usr/lib/rabbitmq/lib/*/plugins/rabbitmq_auth_mechanism_ssl-*/ebin")],
            ok = application:set_env(rabbit, ssl_cert_login_from, common_name),
            ok = application:set_env(rabbit, ssl_options, [{verify, verify_peer}]),
            ok = application:set_env(rabbit, auth_mechanisms, ['PLAIN', 'EXTERNAL']),
            ok = rabbit_registry:register(auth_mechanism, <<"EXTERNAL">>, rabbit_auth_mechanism_ssl),
            _ = rabbit_networking:ensure_ssl(),
            \(listener(self.port, files.broker, "{verify, verify_peer}, {fail_if_no_peer_cert, false}"))
            \(listener(self.namedPort, files.named, "{verify, verify_none}"))
            \(listener(self.strictPort, files.broker, "{verify, verify_peer}, {fail_if_no_peer_cert, true}"))
            \(listener(self.oldPort, files.broker, "{verify, verify_none}, {versions, ['tlsv1.1']}"))
            done.
            """
        )
    }

    /// A configuration for one of the ports, with the certificates' authority.
    func configuration(host: String = "127.0.0.1", _ port: KeyPath<TLSBroker, UInt16>) -> RabbitMQConfiguration {
        var configuration = self.plain
        configuration.endpoints = [.init(host: host, port: self[keyPath: port])]
        configuration.tls = RabbitMQTLS(authorityFile: self.certificates.authority)
        return configuration
    }
}

/// Gives a suite one broker for all its tests.
struct TLSBrokerTrait: SuiteTrait, TestScoping {
    @TaskLocal fileprivate static var current: TLSBroker?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await PrivateBroker.with { broker, configuration in
            let broker = try await TLSBroker(broker, configuration)
            defer { broker.certificates.remove() }
            try await Self.$current.withValue(broker) { try await function() }
        }
    }
}

extension Trait where Self == TLSBrokerTrait {
    /// A broker of the suite's own that listens for TLS.
    static var tlsBroker: Self { TLSBrokerTrait() }
}

extension TLSBroker {
    /// The broker of the suite that runs.
    static var current: TLSBroker {
        get throws { try #require(TLSBrokerTrait.current) }
    }
}
