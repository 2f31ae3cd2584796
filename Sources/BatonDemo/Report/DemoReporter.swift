import Baton
import Foundation
import PostgresClient

/// Reads the report from PostgreSQL.
///
/// Every time in it is the database's: it compares what was stored, not what a process remembers.
struct DemoReporter: Sendable {
    let database: DemoDatabase
    let course: DemoCourse

    /// Reads the report.
    ///
    /// - Parameters:
    ///   - checksums: What `sha256sum` says.
    ///   - countersBefore: Baton's counters before the first job.
    /// - Returns: The report.
    /// - Throws: `PostgresError`.
    func report(_ checksums: Checksums, countersBefore: [String: Int]) async throws -> DemoReport {
        let results = try await results()
        let verdict = verdict(on: results, checksums)
        let again = try await jobsRunAgain()
        let counters = try await Self.counters(database)
        return DemoReport(
            enqueued: course.paths.count,
            succeeded: results.values.count { $0.state == JobState.succeeded.rawValue },
            failed: verdict.failed,
            lost: verdict.lost,
            different: verdict.different,
            kill: try await kill(),
            ranAgain: again.count,
            reasons: try await reasons(again),
            overlaps: try await overlaps(),
            pacedLatency: try await latency(of: course.paced),
            latencyBeforeOutage: try await latency(of: Array(course.paths.keys), before: .brokerStopping),
            latency: try await latency(of: Array(course.paths.keys)),
            seconds: try await duration(),
            brokerOutage: try await brokerOutage(),
            counters: counters.map { (name: $0.key, growth: $0.value - countersBefore[$0.key, default: 0]) }
                .filter { $0.growth > 0 }
                .sorted { $0.name < $1.name }
        )
    }

    /// Baton's counters.
    static func counters(_ database: DemoDatabase) async throws(PostgresError) -> [String: Int] {
        let rows = try await database.client.query(
            PostgresStatement("SELECT name, value FROM \(database.schema).counters")
        )
        var counters: [String: Int] = [:]
        for row in rows {
            let (name, value) = try row.decode((String, Int).self)
            counters[name] = value
        }
        return counters
    }

    // MARK: Results

    private struct Row {
        let state: String
        let result: FileChecksum?
        let error: String?
    }

    private func results() async throws -> [JobID: Row] {
        let rows = try await database.client.query(
            PostgresStatement(
                """
                SELECT id, state, result::text, error_message FROM \(database.schema).jobs
                WHERE id >= $1 AND queue = $2
                """,
                database.firstID,
                database.queue
            )
        )
        var results: [JobID: Row] = [:]
        for row in rows {
            let (id, state, result, error) = try row.decode((UUID, String, String?, String?).self)
            results[JobID(id)] = Row(
                state: state,
                result: result.flatMap { try? JSONDecoder().decode(FileChecksum.self, from: Data($0.utf8)) },
                error: error
            )
        }
        return results
    }

    private func verdict(
        on results: [JobID: Row],
        _ checksums: Checksums
    ) -> (failed: [(id: JobID, error: String)], lost: [JobID], different: [(id: JobID, path: String)]) {
        var failed: [(id: JobID, error: String)] = []
        var lost: [JobID] = []
        var different: [(id: JobID, path: String)] = []
        for (id, path) in course.paths {
            let row = results[id]
            switch row.flatMap({ JobState(rawValue: $0.state) }) {
            case .succeeded:
                // A path `sha256sum` says nothing about is no match either.
                if row?.result == nil || row?.result?.sha256 != checksums.byPath[path] {
                    different.append((id, path))
                }
            case .failed, .deleted:
                failed.append((id, row?.error ?? row?.state ?? ""))
            default:
                lost.append(id)
            }
        }
        return (failed, lost, different)
    }
}
