/// How to reach a RabbitMQ broker.
///
/// Passwords are never part of a description.
public struct RabbitMQConfiguration: Sendable {
    /// One broker of a cluster.
    public struct Endpoint: Hashable, Sendable {
        /// A host name or address.
        public var host: String
        /// A TCP port; by custom 5672 in clear text and 5671 with TLS.
        public var port: UInt16

        /// Names one broker.
        ///
        /// - Parameters:
        ///   - host: A host name or address; an IPv6 address without brackets.
        ///   - port: A TCP port.
        public init(host: String, port: UInt16 = 5672) {
            self.host = host
            self.port = port
        }
    }

    /// The brokers to try, in turn.
    public var endpoints: [Endpoint]
    /// The user to log in as.
    public var user: String
    /// The user's password.
    public var password: String
    /// The virtual host, `/` unless another was made.
    public var virtualHost: String
    /// How the client shows who it is.
    public var authentication: RabbitMQAuthentication = .password
    /// How to secure the connection; nil leaves it in clear text, the password included.
    public var tls: RabbitMQTLS?
    /// What the broker's tools call the connection.
    public var connectionName: String = "swift"
    /// How often each side shows that it is alive; whole seconds, rounded up.
    ///
    /// A peer silent for twice as long is lost.
    public var heartbeat: Duration = .seconds(10)
    /// How long connecting, securing the connection and logging in may take together.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the broker may take to answer a request, to confirm a message, or to read what was sent to it, before
    /// the connection is given up.
    public var responseTimeout: Duration = .seconds(30)
    /// How long to wait before connecting again.
    public var backoff: RabbitMQBackoff = .init()
    /// The largest message body to receive, in bytes.
    ///
    /// A larger one is delivered without its body.
    public var maximumBodySize: Int = 16 << 20

    /// Configures a connection from its parts.
    ///
    /// - Parameters:
    ///   - host: A host name or address.
    ///   - port: A TCP port.
    ///   - user: The user to log in as.
    ///   - password: The user's password.
    ///   - virtualHost: The virtual host.
    public init(
        host: String = "localhost",
        port: UInt16 = 5672,
        user: String = "guest",
        password: String = "guest",
        virtualHost: String = "/"
    ) {
        self.endpoints = [Endpoint(host: host, port: port)]
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
    }
}

extension RabbitMQConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where it connects and as whom, without the password.
    public var description: String {
        let endpoints = self.endpoints.map { "\($0.host):\($0.port)" }.joined(separator: ",")
        let scheme = self.tls == nil ? "amqp" : "amqps"
        return "\(scheme)://\(self.user)@\(endpoints) (virtual host \(self.virtualHost))"
    }

    /// Where it connects and as whom, without the password.
    public var debugDescription: String { self.description }

    /// A mirror without the password, which `dump` would show.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "endpoints": self.endpoints, "user": self.user, "virtualHost": self.virtualHost,
                "connectionName": self.connectionName, "tls": self.tls as Any,
            ] as KeyValuePairs<String, Any>
        )
    }
}
