import Baton
import EndToEndSupport
import Foundation

/// A program in another language, built and told which Baton is the test's.
struct BuiltProducer: Sendable {
    private let program: ProducerProgram
    private let folder: URL
    private let command: [String]
    private var environment: [String: String]
    /// When each job is sent for the first time.
    private let sentAt = Int(Date().timeIntervalSince1970)

    /// Builds a program.
    ///
    /// - Parameters:
    ///   - program: The program.
    ///   - sources: Where its source is.
    ///   - lab: Whose Baton is meant.
    ///   - folder: Where it is built and runs.
    /// - Throws: ``LabError`` when it cannot be built.
    init(
        _ program: ProducerProgram,
        from sources: URL = ProducerProgram.folder,
        _ lab: Lab,
        in folder: URL
    ) async throws {
        self.program = program
        self.folder = folder
        command = program.command(sources, builtIn: folder)
        environment = lab.producerEnvironment
        guard let command = program.building(sources, into: folder) else { return }
        let built = try await RunningProgram.run(command, in: folder)
        guard built.code == 0 else {
            throw LabError("\(command.joined(separator: " ")) failed; ./deploy/test installs it.\n\(built.errors)")
        }
    }

    /// The same program, told of a namespace in which nobody has ever taken submissions.
    var elsewhere: BuiltProducer {
        var producer = self
        producer.environment["BATON_NAMESPACE"] = "e2e_nowhere"
        return producer
    }

    /// Starts it with a job.
    func start(_ id: JobID, _ type: String = "test.write", queue: String = "default") throws -> RunningProgram {
        let arguments = program.submitting(
            type,
            #"{"number": 7}"#,
            queue: queue,
            id: id.description,
            sentAt: sentAt
        )
        return try RunningProgram(command + arguments, environment: environment, in: folder)
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

    /// Runs it with arguments of the test's own, to its end.
    func run(_ arguments: String...) async throws -> RunningProgram.Ending {
        try await RunningProgram.run(command + arguments, environment: environment, in: folder)
    }
}

extension Lab {
    /// What tells a program which Baton is the test's.
    var producerEnvironment: [String: String] {
        ["BATON_RABBITMQ_URL": servers.rabbitMQURL, "BATON_NAMESPACE": namespace]
    }

    /// Makes a folder for the length of a body.
    func withFolder<Result: Sendable>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-producer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}
