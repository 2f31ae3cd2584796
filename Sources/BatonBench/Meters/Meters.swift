import Foundation

/// Everything that is read before and after a measurement.
struct Meters: Sendable {
    /// A reading of all.
    struct Reading: Sendable {
        var processors: ProcessorTime
        var database: DatabaseMeter.Reading
    }

    let processors: ProcessorMeter
    let database: DatabaseMeter

    /// Finds out what can be read.
    ///
    /// - Parameter rig: What is measured.
    /// - Throws: `PostgresError`.
    init(_ rig: Rig) async throws {
        database = try await DatabaseMeter(rig.database, namespace: rig.namespace)
        processors = ProcessorMeter(
            postmaster: rig.environment.postmaster ?? database.postmaster,
            broker: rig.environment.broker
        )
    }

    /// Reads the meters and starts the memory's peak afresh.
    ///
    /// - Returns: The reading, for ``figures(since:jobs:)``.
    /// - Throws: `PostgresError`.
    func start() async throws -> Reading {
        ResidentMemory.resetPeak()
        let database = try await database.read()
        return Reading(processors: processors.read(), database: database)
    }

    /// Reads the meters again, processors first: the other questions cost some time themselves.
    ///
    /// - Parameters:
    ///   - start: The reading before.
    ///   - jobs: How many jobs there were since.
    /// - Returns: What each job cost, and the memory used.
    /// - Throws: `PostgresError`.
    func figures(since start: Reading, jobs: Int) async throws -> Figures {
        let used = processors.read() - start.processors
        let memory = ResidentMemory.current()
        let now = try await database.read()
        let count = Double(jobs)
        var figures = Figures()
        figures[.postgresMicroseconds] = used.postgres.map { $0 * 1e6 / count }
        figures[.rabbitmqMicroseconds] = used.rabbitmq.map { $0 * 1e6 / count }
        figures[.batonMicroseconds] = used.baton * 1e6 / count
        figures[.walBytes] = Double(now.walBytes - start.database.walBytes) / count
        figures[.statements] = Double(now.statements - start.database.statements) / count
        figures[.peakMemory] = memory?.peak
        figures[.memory] = memory?.now
        figures.findings = [
            "statements_from": .string(self.database.source.rawValue),
            "postgresql": self.database.version.map(JSONValue.string) ?? .null,
            "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
        return figures
    }
}
