import Baton
import PostgresClient
import RabbitMQClient

extension Rig {
    /// The broker's names of the queue: for single wake-ups and for bundles.
    var brokerQueues: [String] { lanes.map { "\(namespace).\($0).\(Self.queue)" } }

    /// What the names of exchanges and queues for wake-ups have behind the namespace.
    var lanes: [String] { ["dispatch", "bundle", "urgent", "high", "low"] }

    /// Looks at the broker through a connection of the bench's own.
    ///
    /// - Parameter body: What to do with the connection.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `RabbitMQError`.
    func withBroker<Result>(_ body: (RabbitMQConnection) async throws -> Result) async throws -> Result {
        var configuration = try RabbitMQConfiguration(url: environment.rabbitMQURL)
        // It tries once, on a machine that may have much to do.
        configuration.connectTimeout = .seconds(60)
        let connection = try await RabbitMQConnection(configuration)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Waits until all that was enqueued is published and confirmed.
    ///
    /// - Returns: When it was so, by ``MonotonicClock``.
    /// - Throws: ``BenchError`` when it takes too long, or the broker refuses; `PostgresError`.
    @discardableResult
    func waitUntilPublished() async throws -> UInt64 {
        guard await jobs.flush(atMost: .seconds(300)) else {
            throw BenchError(.failure, "What was enqueued was not published within 5 minutes.")
        }
        let published = MonotonicClock.now
        guard options.queueType != nil else { return published }
        // What is given up is not under way any more either; its marks are taken off the rows.
        let sql = "SELECT EXISTS (SELECT FROM \"\(namespace)\".active_job WHERE session IS NULL)"
        guard try await database.query(PostgresStatement(sql, prepared: false)).first?.decode(Bool.self, 0) == false
        else {
            throw BenchError(.failure, "The broker did not take every message.")
        }
        return published
    }

    /// Checks that SQL has the same number of jobs in a state.
    ///
    /// - Parameters:
    ///   - count: How many there must be.
    ///   - state: The state.
    /// - Throws: ``BenchError`` when there is another number; `PostgresError`.
    func verify(_ count: Int, are state: JobState) async throws {
        let rows = try await database.query(
            PostgresStatement(
                "SELECT state, count(*) FROM \"\(namespace)\".jobs GROUP BY 1 ORDER BY 1",
                prepared: false
            )
        )
        let counts = try rows.map { try $0.decode((String, Int).self) }
        guard counts.count == 1, counts[0] == (state.rawValue, count) else {
            let found = counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
            throw BenchError(.failure, "Not \(count) jobs are \(state.rawValue), but: \(found).")
        }
    }

    /// Lets the database write out what earlier work left, where the account may ask for it.
    func settle() async {
        _ = try? await database.query(PostgresStatement("CHECKPOINT", prepared: false))
    }

    /// How large the table of jobs that have not ended is.
    ///
    /// - Returns: The table and its indexes, in MB of a million bytes.
    /// - Throws: `PostgresError`.
    func tableSize() async throws -> (table: Double, indexes: Double) {
        let table = "'\"\(namespace)\".active_job'::regclass"
        let sql = "SELECT pg_table_size(\(table)), pg_indexes_size(\(table))"
        let row = try await database.query(PostgresStatement(sql, prepared: false)).first
        let (rows, indexes) = try row?.decode((Int, Int).self) ?? (0, 0)
        return (Double(rows) / 1e6, Double(indexes) / 1e6)
    }
}
