public import Logging
internal import PostgresClient

extension PostgresStorage {
    /// Where the database is and how to use it.
    ///
    /// Descriptions of it leave out the URL, which may hold a password.
    public struct Configuration: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        /// A URL such as `postgresql://user:password@host:5432/database?sslmode=require`.
        public var url: String
        /// The schema that holds the tables: a lower-case letter or `_`, then up to 30 lower-case letters, digits or `_`.
        public var namespace: String
        /// The most connections for the work; two more serve scheduler and reconciler, and, in a process with a server, one
        /// the heartbeats, and one more listens for jobs that come without RabbitMQ.
        public var maximumConnections: Int
        /// Whether ``PostgresStorage/run()`` creates and migrates the schema.
        ///
        /// Where it does not, the schema must be there and of this version.
        public var migrates: Bool
        /// Where losses and recoveries go.
        public var logger: Logger

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - url: A URL such as `postgresql://user:password@host:5432/database?sslmode=require`.
        ///   - namespace: The schema that holds the tables.
        ///   - maximumConnections: The most connections for the work; at least 1.
        ///   - migrates: Whether the schema is created and migrated.
        ///   - logger: Where losses and recoveries go.
        public init(
            url: String,
            namespace: String = "baton",
            maximumConnections: Int = 4,
            migrates: Bool = true,
            logger: Logger = .current
        ) {
            self.url = url
            self.namespace = namespace
            self.maximumConnections = maximumConnections
            self.migrates = migrates
            self.logger = logger
        }

        /// The configuration without the URL.
        public var description: String {
            "PostgresStorage.Configuration(namespace: \(namespace), maximumConnections: \(maximumConnections))"
        }

        /// The configuration without the URL.
        public var debugDescription: String { description }

        /// The configuration without the URL.
        public var customMirror: Mirror {
            Mirror(self, children: ["namespace": namespace, "maximumConnections": maximumConnections])
        }

        /// A name that this storage's sessions show in `pg_stat_activity`, and nobody else's.
        func sessionName() -> String {
            "baton \(namespace) \(String(UInt64.random(in: .min ... .max), radix: 16))"
        }

        /// The connections for what happens with every job.
        ///
        /// A plan made while a table is empty must serve when it is full (a scan chosen then is 5 to 30 times slower
        /// later): one generic plan that may only use indexes. Without bitmaps, rows are also locked in the order of
        /// their ids by every statement, so that batches do not deadlock.
        func work(sessionName: String) -> PostgresConfiguration {
            var configuration = connections(sessionName: sessionName)
            configuration.maximumConnections = max(1, maximumConnections)
            configuration.sessionSettings["plan_cache_mode"] = "force_generic_plan"
            configuration.sessionSettings["enable_seqscan"] = "off"
            configuration.sessionSettings["enable_bitmapscan"] = "off"
            return configuration
        }

        /// The connections for heartbeats, scheduler and reconciler: seldom and varied, so planned anew each time.
        func upkeep(sessionName: String) -> PostgresConfiguration {
            var configuration = connections(sessionName: sessionName)
            configuration.maximumConnections = 2
            // A certificate of death needs a session older than a lease.
            configuration.minimumConnections = 1
            // A lease must not run out over a line that is dead: whoever gives a statement up asks over another one.
            configuration.cancellationTimeout = .seconds(1)
            configuration.sessionSettings["plan_cache_mode"] = "force_custom_plan"
            // Two statements behind somebody's open transaction would hold every heartbeat up until the lease is over.
            configuration.sessionSettings["lock_timeout"] = "2s"
            return configuration
        }

        /// The one connection by which other servers see this process.
        func presence(sessionName: String) -> PostgresConfiguration {
            var configuration = upkeep(sessionName: sessionName)
            // A stopped process heartbeats no more, and is not gone.
            configuration.sessionSettings["idle_session_timeout"] = "0"
            return configuration
        }

        private func connections(sessionName: String) -> PostgresConfiguration {
            var configuration = PostgresConfiguration(url: url)
            configuration.sessionSettings = [
                "application_name": sessionName,
                // The moves are written for it: each statement of a transaction sees what was committed before it.
                "default_transaction_isolation": "read committed",
                "idle_in_transaction_session_timeout": "30s",
                // A forbidden scan costs so much on paper that it would be compiled.
                "jit": "off",
            ]
            return configuration
        }
    }
}
