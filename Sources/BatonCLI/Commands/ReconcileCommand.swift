import ArgumentParser
import Baton

/// Finds and mends jobs whose state and queue disagree.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Shows what disagrees between jobs, queues and servers, or mends it at once.",
        discussion: """
            Servers mend all of it by themselves within seconds. With --now, jobs of servers that are certified dead are
            requeued, and jobs are published for whose message nobody answers or that RabbitMQ is known to have lost. A server
            whose lease is over is left to the other servers: only who has watched for a whole lease may certify it dead.

            Without BATON_RABBITMQ_URL, jobs without a message are as they should be, and are not looked for.
            """
    )

    @Flag(help: "Change nothing; end with \(CLIExitCode.disagreement.rawValue) when something disagrees.")
    var dryRun = false

    @Flag(help: "Mend it; end with \(CLIExitCode.disagreement.rawValue) when something still disagrees.")
    var now = false

    @Option(help: "How many findings of each kind are shown at most.")
    var limit = 100

    @OptionGroup var output: Output

    func validate() throws {
        guard dryRun != now else { throw ValidationError("Say either --dry-run or --now.") }
        guard (1...JobFilter.maximumLimit).contains(limit) else {
            throw ValidationError("--limit must be 1 to \(JobFilter.maximumLimit).")
        }
    }

    func run() async throws {
        let connections = try Connections()
        if now {
            try await mend(connections)
        } else {
            var kinds = Set(Disagreement.Kind.allCases)
            if connections.environment.rabbitMQURL == nil { kinds.subtract([.unpublished, .lost]) }
            let found = try await connections.withStorage { try await find(kinds, in: $0) }
            output.write(
                .object(["disagreements": .array(found.map { JSONNode($0) })]),
                found.isEmpty ? "Nothing disagrees.\n" : Self.table(of: found).text
            )
            guard found.isEmpty else { throw CLIError(.disagreement) }
        }
    }

    private func find(_ kinds: Set<Disagreement.Kind>, in monitor: some JobMonitor) async throws -> [Disagreement] {
        try await monitor.disagreements(
            kinds,
            unpublishedAge: JobServerConfiguration().unpublishedAge,
            limit: limit
        )
    }

    private func mend(_ connections: Connections) async throws {
        let (report, left, isWithoutBroker) = try await connections.withClient(needsBroker: true) {
            jobs,
            storage,
            hasBroker in
            let report = try await jobs.reconcile()
            // What comes in meanwhile may just be on its way to the broker.
            return (report, try await find([.orphan, .expiredServer], in: storage), hasBroker && !report.hasBroker)
        }
        output.write(
            .object([
                "requeued": .number(report.requeued), "failed": .number(report.failed),
                "deleted": .number(report.deleted),
                "published": .number(report.published), "lost": .number(report.lost),
                "is_confirmed": .bool(report.isConfirmed),
                "disagreements": .array(left.map { JSONNode($0) }),
            ]),
            Self.text(report) + (left.isEmpty ? "" : "\nStill, there is:\n\(Self.table(of: left).text)")
        )
        guard !isWithoutBroker else {
            throw CLIError(.unreachable, "RabbitMQ cannot be reached; nothing was published.")
        }
        guard report.isConfirmed, left.isEmpty else { throw CLIError(.disagreement) }
    }

    private static func text(_ report: ReconcileReport) -> String {
        """
        jobs of dead servers requeued  \(report.requeued)
        jobs of dead servers failed    \(report.failed)
        jobs of dead servers deleted   \(report.deleted)
        jobs published                 \(report.published)
        lost jobs published again      \(report.lost)

        """
            + (report.isConfirmed
                ? "" : "RabbitMQ has not confirmed all of it in time; servers publish the rest again.\n")
    }

    private static func table(of disagreements: [Disagreement]) -> Table {
        var table = Table(["KIND", "JOB OR SERVER", "SINCE", "QUEUE", "TYPE", "REASON", "REMEDY"])
        for found in disagreements {
            table.add([
                found.kind.rawValue, found.job?.description ?? found.server?.description, found.since.shown,
                found.queue, found.name, found.reason, found.remedy,
            ])
        }
        return table
    }
}
