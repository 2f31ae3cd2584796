import Baton
import Foundation

// The code that the guide “Recurring jobs” shows.

func setEntries(_ jobs: JobClient) async throws {
    try await jobs.recurring.set("reindex", .cron("0 9 * * MON-FRI", in: "Europe/Paris"), Reindex(shard: 0))
    try await jobs.recurring.set("last-friday", .cron("0 18 * * 5L"), Reindex(shard: 1))
    try await jobs.recurring.set(
        "sweep",
        .every(.seconds(90)),
        Reindex(shard: 2),
        policy: RecurringPolicy(misfire: .skip, overlap: .queueOne, jitter: .seconds(10))
    )
}

func lookAfterEntries(_ jobs: JobClient) async throws {
    try await jobs.recurring.pause("sweep")
    try await jobs.recurring.resume("sweep")
    let job = try await jobs.recurring.trigger("sweep")
    print(try await job?.status()?.state.rawValue ?? "no such entry")

    for entry in try await jobs.recurring.list() {
        print(entry.id, entry.summary ?? entry.schedule.text, entry.error ?? "", entry.nextAt ?? .distantFuture)
    }
    for occurrence in try await jobs.recurring.history(of: "reindex") {
        print(occurrence.at, occurrence.outcome)
    }
    try await jobs.recurring.remove("last-friday")
}

func occurrences(of text: String) throws -> [Date] {
    let expression = try CronExpression(text)
    print(expression.summary)
    guard let paris = TimeZone(identifier: "Europe/Paris") else { return [] }
    let start = Date(timeIntervalSince1970: 1_764_000_000)
    return Array(expression.occurrences(from: start, to: start + 86_400 * 7, in: paris))
}
