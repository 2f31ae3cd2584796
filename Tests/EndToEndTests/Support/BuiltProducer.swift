import Baton
import EndToEndSupport
import Foundation

/// A program of `deploy/producers`, built and told which Baton is the test's.
struct BuiltProducer: Sendable {
    private let program: ProducerProgram
    private let folder: URL
    private let environment: [String: String]
    /// When each job is sent for the first time.
    private let sentAt = Int(Date().timeIntervalSince1970)

    fileprivate init(_ program: ProducerProgram, _ lab: Lab, in folder: URL) async throws {
        self.program = program
        self.folder = folder
        environment = lab.producerEnvironment
        guard let command = program.building(into: folder) else { return }
        let built = try await RunningProgram.run(command, in: folder)
        guard built.code == 0 else {
            throw LabError("\(command.joined(separator: " ")) failed, which ./deploy/test sees to:\n\(built.errors)")
        }
    }

    /// Starts it with a job.
    func start(
        _ id: JobID,
        _ type: String = "test.write",
        queue: String = "default"
    ) throws -> RunningProgram {
        let arguments = program.submitting(
            type,
            #"{"number": 7}"#,
            queue: queue,
            id: id.description,
            sentAt: sentAt
        )
        return try RunningProgram(program.command(builtIn: folder) + arguments, environment: environment, in: folder)
    }

    /// Runs it with a job, to its end.
    func submit(
        _ id: JobID,
        _ type: String = "test.write",
        queue: String = "default"
    ) async throws -> RunningProgram.Ending {
        let program = try start(id, type, queue: queue)
        defer { program.end() }
        return try await program.ending()
    }

    /// Has it print its rejects.
    func rejects() async throws -> RunningProgram.Ending {
        try await RunningProgram.run(
            program.command(builtIn: folder) + ["--rejects"],
            environment: environment,
            in: folder
        )
    }
}

extension Lab {
    /// What tells a program which Baton is the test's.
    var producerEnvironment: [String: String] {
        ["BATON_RABBITMQ_URL": servers.rabbitMQURL, "BATON_NAMESPACE": namespace]
    }

    /// Builds a program for the length of a body.
    func withBuiltProducer<Result: Sendable>(
        _ program: ProducerProgram,
        _ body: (BuiltProducer) async throws -> Result
    ) async throws -> Result {
        try await withFolder { folder in
            try await body(BuiltProducer(program, self, in: folder))
        }
    }

    /// Makes a folder for the length of a body.
    func withFolder<Result: Sendable>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-producer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}
