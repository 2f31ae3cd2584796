import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Steps of trials with recurring entries.
extension JobStorageSubject {
    func definition(
        _ id: String = "digest",
        schedule: String = "@hourly",
        arguments: String = #"{"day": 1}"#,
        overlap: String = "allow"
    ) -> RecurringDefinition {
        RecurringDefinition(
            id: id,
            name: "mail.digest",
            queue: "mail",
            arguments: JSONText(arguments),
            priority: 3,
            maximumAttempts: 4,
            timeout: .seconds(20),
            retry: RetryOptions(delays: .fixed([.milliseconds(1_500)]), whenExhausted: .delete),
            schedule: RecurringSchedule(schedule, in: "Europe/Paris"),
            misfire: "fire_once",
            overlap: overlap,
            jitter: .milliseconds(1500)
        )
    }

    /// A date so many seconds from the storage's own.
    @inline(never)
    func date(in seconds: Double) async throws -> Date {
        try await storage.recurringDate().addingTimeInterval(seconds)
    }

    /// Dates so many seconds from the storage's own.
    @inline(never)
    func dates(in seconds: Double...) async throws -> [Date] {
        let now = try await storage.recurringDate()
        return seconds.map { now.addingTimeInterval($0) }
    }

    /// An entry that was due so many seconds ago.
    @inline(never)
    func entry(_ definition: RecurringDefinition, dueIn seconds: Double = -1) async throws -> RecurringRecord {
        try await storage.setRecurring(definition, nextAt: try await date(in: seconds)).record
    }

    /// An entry as it stands; it must exist.
    @inline(never)
    func record(_ id: String = "digest") async throws -> RecurringRecord {
        try Expect.value(try await storage.recurring(id), "the entry to be there")
    }

    /// How an entry is to go on to a time that is far away, deciding occurrences on the way.
    @inline(never)
    func plan(_ record: RecurringRecord, _ dates: [Date], startAt: Date? = nil) async throws -> RecurringAdvance {
        RecurringAdvance(
            id: record.definition.id,
            revision: record.revision,
            occurrences: dates.map { .init(at: $0, jobID: environment.makeJobID(), startAt: startAt ?? $0) },
            nextAt: try await date(in: 7_200)
        )
    }

    /// Decides occurrences of an entry as it stands.
    @inline(never)
    func decide(_ dates: [Date], of id: String = "digest", startAt: Date? = nil) async throws -> RecurringFiring {
        let plan = try await plan(try await record(id), dates, startAt: startAt)
        let firing = try await storage.advanceRecurring([plan], marks: try await marks(dates.count))
        try Expect.equal(firing.advanced, 1, "how many entries went on")
        return firing
    }

    @inline(never)
    func outcomes(_ id: String = "digest") async throws -> [RecurringOccurrence.Outcome] {
        try await storage.recurringHistory(of: id, limit: 100).map(\.outcome)
    }

    /// Runs what a firing has made.
    @inline(never)
    func run(_ firing: RecurringFiring, by owner: ServerEpoch, claim: Int64) async throws {
        let dispatch = try Expect.value(firing.dispatches.first, "a job that is to be published")
        let job = try await self.claim(dispatch.message, by: owner, claim)
        try await end(job, .succeeded(result: nil), by: owner)
    }
}
