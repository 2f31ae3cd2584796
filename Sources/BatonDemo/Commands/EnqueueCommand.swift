import ArgumentParser
import Baton
import Foundation

/// Enqueues a job of the demonstration by its name.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Enqueues jobs and prints their ids, one a line."
    )

    @Argument(help: "The job's name, such as demo.echo.")
    var type: String

    @Argument(help: #"Its arguments, a JSON object such as '{"message": "hello"}'."#)
    var json: String

    @Option(help: "The queue.")
    var queue: String?

    @Option(help: "How many jobs with these arguments.")
    var count = 1

    @Option(help: "Seconds to wait before they run.")
    var delay: Double?

    @Option(help: "The job's id, a UUID. A job of this id that is stored already stays as it is.")
    var id: String?

    func validate() throws {
        if let queue {
            try QueueOption.validate([queue])
        }
        guard (1...1_000_000).contains(count) else {
            throw ValidationError("--count must be 1 to 1000000.")
        }
        if let delay, !(0...3.2e9).contains(delay) {
            throw ValidationError("--delay must be 0 or more seconds, and at most a century.")
        }
        if let id {
            guard JobID(id) != nil else {
                throw ValidationError("--id must be a UUID.")
            }
            guard count == 1 else {
                throw ValidationError("--id names one job; --count must be 1.")
            }
        }
    }

    func run() async throws {
        let call = try DemoCatalog().call(type, json)
        let environment = try DemoEnvironment()
        let logger = DemoLogging.logger("baton-demo.enqueue", environment)
        let connections = Connections(environment, logger: logger)
        try await withJobClient(
            storage: connections.storage,
            transport: connections.transport,
            logger: logger
        ) { jobs in
            try await enqueue(call, to: jobs)
        }
    }

    private func enqueue(_ call: some JobCall, to jobs: JobClient) async throws {
        let options = JobOptions(queue: queue)
        let id = id.flatMap { JobID($0) }
        // Bounded transactions, and ids on the terminal while the rest is under way.
        for start in stride(from: 0, to: count, by: 1_000) {
            let size = min(1_000, count - start)
            let ids: [JobID]
            if let delay {
                ids = try await schedule(call, size, in: .seconds(delay), id: id, options, on: jobs)
            } else if let id {
                ids = [try await jobs.enqueue(call, id: id, options: options).id]
            } else {
                ids = try await jobs.enqueue(contentsOf: repeatElement(call, count: size), options: options).map(\.id)
            }
            StandardOutput.write(ids.map { "\($0)\n" }.joined())
        }
    }

    private func schedule(
        _ call: some JobCall,
        _ count: Int,
        in delay: Duration,
        id: JobID?,
        _ options: JobOptions,
        on jobs: JobClient
    ) async throws -> [JobID] {
        try await withThrowingTaskGroup(of: JobID.self) { group in
            // Together, so that the client stores them together.
            for _ in 0..<count {
                group.addTask { try await jobs.schedule(call, in: delay, id: id, options: options).id }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
