import ArgumentParser
import Baton

/// Lists jobs.
struct JobListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists jobs, newest first."
    )

    @Option(help: "Jobs in this state; may be given several times.")
    var state: [JobState] = []

    @Option(help: "Jobs of this queue.")
    var queue: String?

    @Option(help: "Jobs of this type, such as mail.welcome.")
    var name: String?

    @Option(help: "How many jobs at most.")
    var limit = 50

    @Option(help: "Go on after this job: the last of the page before.")
    var after: JobID?

    @OptionGroup var output: Output

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit must be 1 to 10000.")
        }
    }

    func run() async throws {
        let filter = JobFilter(states: Set(state), queue: queue, name: name)
        let page = try await Connections().withStorage { storage in
            // A page may be short and still not the last.
            var page = JobPage(jobs: [], next: after)
            repeat {
                let more = try await storage.jobs(
                    matching: filter,
                    after: page.next,
                    limit: min(limit - page.jobs.count, JobFilter.maximumLimit)
                )
                page = JobPage(jobs: page.jobs + more.jobs, next: more.next)
            } while page.next != nil && page.jobs.count < limit
            return page
        }
        output.write(
            .object([
                "jobs": .array(page.jobs.map { JSONNode($0) }),
                "next": .optional(page.next?.description),
            ]),
            Self.table(of: page.jobs).text
        )
        if let next = page.next, !output.json {
            StandardError.write("There are more: --after \(next)\n")
        }
    }

    private static func table(of jobs: [JobSnapshot]) -> Table {
        var table = Table(["ID", "STATE", "SINCE", "QUEUE", "TYPE", "ATTEMPT", "DUE", "ERROR"])
        for job in jobs {
            table.add([
                "\(job.id)", job.state.rawValue, job.stateAt.shown, job.queue, job.name,
                "\(job.attempt)/\(job.maximumAttempts)", job.scheduledAt?.shown, job.failure?.type,
            ])
        }
        return table
    }
}
