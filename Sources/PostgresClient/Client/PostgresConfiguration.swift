/// How to reach a database and how many connections to keep to it.
///
/// Its descriptions never show the connection string, which can hold a password.
public struct PostgresConfiguration: Sendable {
    let connectionString: String

    /// How long making a connection may take, name look-up included.
    public var connectTimeout: Duration = .seconds(10)
    /// Settings of the server that every session starts with, such as `["enable_seqscan": "off"]`.
    public var sessionSettings: [String: String] = [:]
    /// The name under which sessions show in `pg_stat_activity`, unless the connection string gives one.
    public var applicationName: String?
    /// How many statements the server keeps prepared for each connection; 0 prepares none, for transaction poolers.
    public var preparedStatementCapacity = 256

    /// How long the statements of one call may take when the call does not say; nil is without limit.
    ///
    /// It counts from when they are sent; how long a call waits for a connection is ``leaseTimeout``'s matter.
    public var statementTimeout: Duration?
    /// How long the server may take to answer that it has cancelled statements, before the connection is closed.
    public var cancellationTimeout: Duration = .seconds(3)

    /// The most connections that a client holds.
    public var maximumConnections = 4
    /// How many connections a client keeps when there is nothing to do.
    public var minimumConnections = 0
    /// How long a connection above the minimum may be idle before it is closed.
    public var idleTimeout: Duration = .seconds(60)
    /// How long a caller waits for a connection before it gets an error.
    public var leaseTimeout: Duration = .seconds(30)
    /// How long to wait after a first failure to connect; the wait doubles with each further one.
    public var minimumBackoff: Duration = .milliseconds(100)
    /// The longest wait between attempts to connect.
    public var maximumBackoff: Duration = .seconds(5)

    /// Names a database.
    ///
    /// What the connection string leaves open comes from libpq's environment variables and defaults.
    ///
    /// - Parameter url: A URL such as `postgresql://user:password@host:5432/database?sslmode=require`, or libpq's
    ///   keywords and values. It is checked when the first connection is made.
    public init(url: String) {
        self.connectionString = url
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings without the connection string.
    public var description: String {
        "PostgresConfiguration(maximumConnections: \(self.maximumConnections))"
    }

    /// The settings without the connection string.
    public var debugDescription: String { self.description }

    /// The settings without the connection string.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "connectTimeout": self.connectTimeout,
                "minimumConnections": self.minimumConnections,
                "maximumConnections": self.maximumConnections,
            ]
        )
    }
}
