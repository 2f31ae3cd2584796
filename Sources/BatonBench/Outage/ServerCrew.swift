/// The servers of a measurement, each in a process of its own.
actor ServerCrew {
    private let arguments: [String]
    private let log: StartLog
    private var servers: [ServerProcess] = []

    /// Makes a crew without servers.
    ///
    /// - Parameters:
    ///   - arguments: What each is told.
    ///   - log: Where they write.
    init(_ arguments: [String], log: StartLog) {
        self.arguments = arguments
        self.log = log
    }

    /// Runs servers for the length of a body.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - body: What needs them; they consume when it begins.
    /// - Returns: What the body returns.
    /// - Throws: ``BenchError`` when one does not start; what the body throws.
    nonisolated func running<Result: Sendable>(
        _ count: Int,
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            try await start(count)
            let result = try await body()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    /// Kills a server, and starts another in its place.
    ///
    /// - Parameters:
    ///   - number: Which.
    ///   - away: How long there is none.
    /// - Throws: ``BenchError`` when the other one does not start; `CancellationError`.
    func restart(_ number: Int, away: Duration) async throws {
        await servers[number].end()
        try await Task.sleep(for: away)
        servers[number] = try ServerProcess(arguments, log: log)
        try await servers[number].waitUntilReady(log)
    }

    private func start(_ count: Int) async throws {
        for _ in 0..<count { servers.append(try ServerProcess(arguments, log: log)) }
        for server in servers { try await server.waitUntilReady(log) }
    }

    private func end() async {
        for server in servers { await server.end() }
    }
}
