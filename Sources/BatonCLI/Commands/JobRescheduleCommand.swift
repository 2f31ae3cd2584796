import ArgumentParser
import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Gives jobs another time.
struct JobRescheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule",
        abstract: "Gives jobs another time that wait for theirs.",
        discussion: "They were scheduled, or wait for their next attempt. A job in any other state is refused."
    )

    @OptionGroup var selection: JobSelection

    @Option(name: .customLong("in"), help: "How many seconds they wait from now on.")
    var delay: Double?

    @Option(help: "When they are due, in UTC, such as 2030-01-31T09:30:00Z.")
    var at: String?

    @Option(help: "Why, for the jobs' histories.")
    var reason = "by hand"

    @OptionGroup var output: Output

    func validate() throws {
        guard (delay == nil) != (at == nil) else { throw ValidationError("Give either --in or --at.") }
        if let delay, !(0...1e11).contains(delay) { throw ValidationError("--in is a number of seconds from 0 up.") }
        _ = try date()
    }

    func run() async throws {
        let (date, delay) = (try date(), Duration.seconds(delay ?? 0))
        if let filter = selection.filter {
            let count = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
                guard let date else { return try await jobs.reschedule(matching: filter, in: delay, reason: reason) }
                return try await jobs.reschedule(matching: filter, at: date, reason: reason)
            }
            return JobSelection.report(count, "rescheduled", output)
        }
        let outcomes = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            var outcomes: [JobOutcome] = []
            for id in selection.ids {
                let outcome =
                    if let date { try await jobs.reschedule(id, at: date, reason: reason) } else {
                        try await jobs.reschedule(id, in: delay, reason: reason)
                    }
                switch outcome {
                case .rescheduled: outcomes.append(JobOutcome(id: id, kind: .done, state: .scheduled))
                case .refused(let state): outcomes.append(JobOutcome(id: id, kind: .refused, state: state))
                case .missing: outcomes.append(JobOutcome(id: id, kind: .missing, state: nil))
                }
            }
            return outcomes
        }
        try outcomes.report("rescheduled", output)
    }

    private func date() throws -> Date? {
        guard let at else { return nil }
        guard let date = try? Date(at, strategy: .iso8601) else {
            throw ValidationError("--at is a date in UTC, such as 2030-01-31T09:30:00Z.")
        }
        return date
    }
}
