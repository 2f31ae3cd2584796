import Locking

private let sharedClient = Locked<JobClient?>(nil)

private enum Scope {
    @TaskLocal static var client: JobClient?
}

/// Makes a client the one that ``BackgroundJob`` uses; written `Baton.bootstrap(client)`.
///
/// Call it once, at the start of a small program; running the client stays the program's business.
///
/// - Parameter client: The client.
public func bootstrap(_ client: JobClient) {
    sharedClient.withLock { $0 = client }
}

/// Makes a client the one that ``BackgroundJob`` uses for as long as something takes, in its task and the tasks it begins;
/// written `Baton.withBootstrappedClient(client) { … }`.
///
/// For tests that run side by side, each with a client of its own. Detached tasks, and servers that were begun outside, do
/// not see it.
///
/// - Parameters:
///   - client: The client.
///   - body: Where it is used.
/// - Returns: What the body returns.
/// - Throws: What the body throws.
nonisolated(nonsending) public func withBootstrappedClient<Result>(
    _ client: JobClient,
    _ body: nonisolated(nonsending) () async throws -> Result
) async rethrows -> Result {
    try await Scope.$client.withValue(client, operation: body)
}

func bootstrappedClient() throws(JobError) -> JobClient {
    guard let client = Scope.client ?? sharedClient.withLock({ $0 }) else {
        throw JobError(.notBootstrapped, "Call Baton.bootstrap(_:) before the first BackgroundJob.enqueue(_:).")
    }
    return client
}
