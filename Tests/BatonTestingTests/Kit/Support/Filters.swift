import Baton
import Locking

/// What filters have seen, in order.
final class Sightings: Sendable {
    private let noted = Locked<[String]>([])

    var all: [String] { noted.withLock { $0 } }

    func note(_ text: String) { noted.withLock { $0.append(text) } }

    /// What was seen since the last time it was asked.
    func take() -> [String] {
        noted.withLock { noted in
            defer { noted = [] }; return noted
        }
    }
}

/// Takes part in everything, and notes it.
struct Scribe: JobCreationFilter, JobRunFilter, JobElectionFilter, AppliedStateFilter {
    let name: String
    let sightings: Sightings

    func willCreate(_ job: inout JobCreation) async throws { sightings.note("\(name) will create \(job.name)") }

    func didCreate(_ job: JobCreation) async { sightings.note("\(name) did create \(job.name)") }

    func run(_ job: ClaimedJob, in context: JobContext, next: () async throws -> JSONText?) async throws -> JSONText? {
        sightings.note("\(name) begins \(job.attempt)")
        defer { sightings.note("\(name) ends \(job.attempt)") }
        return try await next()
    }

    func elect(_ election: inout JobElection) async throws {
        sightings.note("\(name) elects after \(election.error.map { "\($0)" } ?? "success")")
    }

    func didApply(_ applied: AppliedState) async { sightings.note("\(name) hears of \(applied.state)") }
}

/// Takes part in creations with what the test says.
struct CreationScript: JobCreationFilter {
    var will: @Sendable (inout JobCreation) async throws -> Void = { _ in }
    var did: @Sendable (JobCreation) async -> Void = { _ in }

    func willCreate(_ job: inout JobCreation) async throws { try await will(&job) }

    func didCreate(_ job: JobCreation) async { await did(job) }
}

/// Stands around runs with what the test says.
struct RunScript: JobRunFilter {
    let body: @Sendable (JobContext, () async throws -> JSONText?) async throws -> JSONText?

    init(_ body: @escaping @Sendable (JobContext, () async throws -> JSONText?) async throws -> JSONText?) {
        self.body = body
    }

    func run(_ job: ClaimedJob, in context: JobContext, next: () async throws -> JSONText?) async throws -> JSONText? {
        try await body(context, next)
    }
}

/// Elects what the test says.
struct ElectionScript: JobElectionFilter {
    let body: @Sendable (inout JobElection) async throws -> Void

    init(_ body: @escaping @Sendable (inout JobElection) async throws -> Void) { self.body = body }

    func elect(_ election: inout JobElection) async throws { try await body(&election) }
}

/// A job with a filter of its own.
struct Filtered: Job {
    static let name = "kit.filtered"
    static let sightings = Sightings()
    static let filters: JobFilters = [Scribe(name: "own", sightings: sightings)]

    var stumbles = 0

    func run(in context: JobContext) async throws -> Int {
        Self.sightings.note("job runs")
        guard context.attempt > stumbles else { throw Misfortune() }
        return context.attempt
    }
}
