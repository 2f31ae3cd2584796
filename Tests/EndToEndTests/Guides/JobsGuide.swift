import Baton
import BatonMacros
import BatonPostgres
import Foundation
import Logging
import PostgresClient

// The code that the guide “Jobs” shows.

@Jobs
struct Reports: Sendable {
    let folder: String

    /// Writes the report of a month.
    @Job("reports.monthly", queue: "reports", maximumAttempts: 3, timeout: .seconds(600))
    func monthly(year: Int, month: Int, context: JobContext) async throws -> String {
        for day in 1...31 {
            try Task.checkCancellation()
            context.reportProgress(Double(day) / 31, "day \(day)")
        }
        context.logger.info("written")
        return "\(folder)/\(year)-\(month).pdf"
    }
}

struct Reindex: Job {
    static let name = "search.reindex"
    static let options = JobOptions(queue: "search")
    var shard: Int

    func run(in context: JobContext) async throws {
        context.logger.info("shard \(shard)")
    }
}

func enqueueReports(with jobs: JobClient, postgres: PostgresClient) async throws {
    let report = try await jobs.enqueue(Reports.$monthly(year: 2026, month: 11))
    try await jobs.schedule(Reindex(shard: 3), in: .seconds(3600))
    try await jobs.schedule(Reindex(shard: 4), at: Date(timeIntervalSince1970: 2_000_000_000))
    try await jobs.enqueue(contentsOf: (0..<1_000).map { Reindex(shard: $0) })
    try await jobs.enqueue(Reindex(shard: 5), options: JobOptions(queue: "urgent", maximumAttempts: 1))

    try await jobs.enqueue(Reindex(shard: 6), options: JobOptions(priority: 10))

    if let status = try await report.status() {
        print(status.state, status.progress?.fraction ?? 0)
    }
    for entry in try await report.history() {
        print(entry.at, entry.state, entry.reason ?? "")
    }
    if let path = try await report.result() {
        print("the report is at \(path)")
    }

    // A job that must not be stored twice, whatever becomes of the answer: the caller keeps the id.
    let id = JobID(UUID())
    try await jobs.enqueue(Reindex(shard: 6), id: id)
    try await jobs.enqueue(Reindex(shard: 6), id: id)
    try await jobs.delete(id, reason: "not needed any more")
    try await jobs.requeue(id, reason: "needed after all", expecting: .deleted)

    // Every reindexing that failed is to run again, and what waits in "reports" is due a day from now.
    let again = try await jobs.requeue(
        matching: JobFilter(states: [.failed], name: Reindex.name),
        reason: "disk replaced"
    )
    let later = try await jobs.reschedule(
        matching: JobFilter(states: [.scheduled], queue: "reports"),
        in: .seconds(86_400)
    )
    print(again, "jobs run again,", later, "wait until tomorrow")

    try await postgres.withTransaction { transaction in
        try await transaction.query(PostgresStatement("UPDATE shard SET is_dirty = true WHERE number = $1", 7))
        try await jobs.enqueue(Reindex(shard: 7), within: transaction)
    }
}
