import Baton
import EndToEndSupport
import Foundation

extension Lab {
    /// Runs the command on this test's Baton, with what differs in its settings.
    func baton(_ arguments: String..., with variables: [String: String] = [:]) async throws -> Program {
        try await Program.run(arguments, self.variables.merging(variables) { $1 })
    }

    /// A server in the list that is no process, and the jobs that it claims.
    func claim(_ ids: [JobID], as epoch: ServerEpoch) async throws {
        try await storage.register(
            ServerRegistration(
                epoch: epoch,
                name: "made up",
                processID: 1,
                queues: ["default"],
                concurrency: 1,
                jobNames: [Note.name]
            ),
            lease: .seconds(3600)
        )
        guard !ids.isEmpty else { return }
        let messages = ids.map { DispatchMessage(id: $0, generation: 1, queue: "default", name: Note.name) }
        _ = try await storage.claim(messages, owner: epoch, claim: 1)
    }

    var storage: any JobStorage { node.storage }
}

/// A job that ends as it is told.
struct Note: Job {
    static let name = "cli.note"

    var text: String
    var fails = false

    func run(in context: JobContext) async throws -> String {
        if fails { throw NoteError(description: text) }
        return text
    }
}

struct NoteError: Error, CustomStringConvertible {
    let description: String
}

extension Lab {
    /// The settings of a command on this test's Baton.
    var variables: [String: String] {
        [
            "BATON_POSTGRES_URL": servers.postgresURL, "BATON_RABBITMQ_URL": servers.rabbitMQURL,
            "BATON_NAMESPACE": namespace,
        ]
    }
}
