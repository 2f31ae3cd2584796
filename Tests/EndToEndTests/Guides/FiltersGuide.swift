import Baton
import BatonMacros
import Logging

// The code that the guide “Filters” shows.

struct Tenant: Sendable {
    @TaskLocal static var current: Tenant?
    var queue: String
}

struct NoTenant: Error {}

struct Tenancy: JobCreationFilter, JobRunFilter {
    func willCreate(_ job: inout JobCreation) async throws {
        // The enqueue throws it, and stores nothing.
        guard let tenant = Tenant.current else { throw NoTenant() }
        job.queue = tenant.queue
    }

    func run(
        _ job: ClaimedJob,
        in context: JobContext,
        next: () async throws -> JSONText?
    ) async throws -> JSONText? {
        try await Tenant.$current.withValue(Tenant(queue: job.queue)) { try await next() }
    }
}

/// Gives up on what has failed for a reason that no attempt can mend.
struct GiveUp: JobElectionFilter {
    func elect(_ election: inout JobElection) async throws {
        guard case .retry(_, let failure, _) = election.outcome, election.error is NoTenant else { return }
        election.outcome = .failed(failure)
    }
}

struct Durations: AppliedStateFilter {
    let logger: Logger

    func didApply(_ applied: AppliedState) async {
        logger.info("\(applied.job.name) is \(applied.state) after \(applied.duration), \(applied.latency) late")
    }
}

@Job("audit.note", filters: [GiveUp()])
func note(_ text: String) async throws {}

func makeClient(_ storage: any JobStorage, _ transport: any JobTransport, _ logger: Logger) -> JobClient {
    var configuration = JobClientConfiguration()
    configuration.filters = [Tenancy(), Durations(logger: logger)]
    return JobClient(storage: storage, transport: transport, configuration: configuration)
}
