public import Logging
import ServiceLifecycle

/// Runs a client with its storage and transport for the length of a script.
///
/// What the script enqueued is published before this returns, also when the script throws.
///
/// - Parameters:
///   - storage: Where jobs are kept.
///   - transport: How servers are woken; `nil` where storage alone serves.
///   - configuration: How the client behaves.
///   - logger: Where it logs.
///   - body: The script.
/// - Returns: What the script returns.
/// - Throws: What the script throws.
public func withJobClient<Result: Sendable>(
    storage: any JobStorage,
    transport: (any JobTransport)? = nil,
    configuration: JobClientConfiguration = JobClientConfiguration(),
    logger: Logger = .current,
    _ body: (JobClient) async throws -> Result
) async throws -> Result {
    let client = JobClient(
        storage: storage,
        transport: transport,
        configuration: configuration,
        logger: logger
    )
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await storage.run() }
        group.addTask { try await client.transport.run() }
        group.addTask { await client.publisher.run() }
        defer { group.cancelAll() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        _ = await client.flush(atMost: configuration.flushTimeout)
        await client.publisher.close()
        return try result.get()
    }
}
