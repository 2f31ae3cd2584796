public import Logging
internal import RabbitMQClient

extension RabbitMQTransport {
    /// Where the broker is and how to use it.
    ///
    /// Descriptions of it leave out the URL, which may hold a password.
    public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        /// How queues are kept by the broker.
        public struct QueueType: Sendable, Hashable {
            let name: String

            /// On one node, and the quicker one.
            ///
            /// SQL can always rebuild a dispatch queue.
            public static let classic = QueueType(name: "classic")
            /// Replicated.
            public static let quorum = QueueType(name: "quorum")
        }

        /// What becomes of exchanges and queues that the broker does not have.
        public enum Topology: String, Sendable, Hashable, CaseIterable {
            /// Programs declare what they need, when they need it.
            case declare
            /// Programs only look for what they need, with an account that may not configure.
            ///
            /// An administrator makes it beforehand, from what `baton topology --definitions` prints. What is missing is
            /// logged, and refuses what is published to it, with an error that names it; programs go on by themselves once it
            /// is there. Bindings and attributes cannot be looked for. Only a server's own queue for words, which goes with
            /// its connection, is declared all the same.
            case verify

            var mode: RabbitMQTopology.Mode {
                switch self {
                case .declare: .declare
                case .verify:
                    .verify(
                        remedy: "This program does not declare it (topology: verify). Have the broker's administrator "
                            + "import what “baton topology --definitions” prints, with all queues in --queues."
                    )
                }
            }
        }

        /// A URL such as `amqp://user:password@host:5672/vhost`.
        ///
        /// Several hosts are separated by commas; `amqps://` secures the connection by TLS, with parameters such as
        /// `?cacertfile=/etc/ssl/own.pem`.
        public var url: String
        /// What the names of exchanges and queues begin with, so that two Batons can share a broker.
        public var namespace: String
        /// How dispatch queues are kept; the same for every program of a namespace.
        public var queueType: QueueType
        /// How queues for submissions are kept, whose only copy is the broker's; the same for every server of a namespace.
        ///
        /// A broker of one node keeps what it has confirmed in a classic queue as well, and hands it over sooner: a quorum
        /// queue writes it to disk first. A queue keeps the type it was declared with: remove it before the type is changed,
        /// once it is empty.
        public var submissionQueueType = QueueType.quorum
        /// What becomes of exchanges and queues that the broker does not have.
        public var topology = Topology.declare
        /// How many messages may be unconfirmed at a time.
        public var maximumInFlight: Int
        /// How many submissions a queue of the broker holds before producers are told that it is full.
        ///
        /// A queue keeps what it was declared with: change it by a policy, or before there is the queue.
        public var maximumSubmissions = DispatchTopology.maximumSubmissions
        /// Where losses and recoveries go.
        public var logger: Logger
        /// How long a publish waits for its queue to be declared; then it is for the client to try again.
        package var declarationPatience = Duration.seconds(5)

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - url: A URL such as `amqp://user:password@host:5672/vhost`.
        ///   - namespace: What the names of exchanges and queues begin with.
        ///   - queueType: How dispatch queues are kept.
        ///   - maximumInFlight: How many messages may be unconfirmed at a time.
        ///   - logger: Where losses and recoveries go.
        public init(
            url: String,
            namespace: String = "baton",
            queueType: QueueType = .classic,
            maximumInFlight: Int = 256,
            logger: Logger = .current
        ) {
            self.url = url
            self.namespace = namespace
            self.queueType = queueType
            self.maximumInFlight = maximumInFlight
            self.logger = logger
        }

        /// The configuration without the URL.
        public var description: String {
            "RabbitMQTransport.Configuration(namespace: \(namespace), queueType: \(queueType.name), topology: \(topology))"
        }

        /// The configuration without the URL.
        public var debugDescription: String { description }

        /// The configuration without the URL.
        public var customMirror: Mirror {
            Mirror(
                self,
                children: ["namespace": namespace, "queueType": queueType.name, "topology": topology.rawValue]
            )
        }

        /// How to reach the broker, under a name that its tools show.
        func connection(_ role: String) throws(RabbitMQError) -> RabbitMQConfiguration {
            var connection = try RabbitMQConfiguration(url: url)
            connection.connectionName = "baton \(namespace) \(role)"
            return connection
        }
    }
}
