import Locking

private let sharedClient = Locked<JobClient?>(nil)

/// Makes a client the one that ``BackgroundJob`` uses; written `Baton.bootstrap(client)`.
///
/// Call it once, at the start of a small program; running the client stays the program's business.
///
/// - Parameter client: The client.
public func bootstrap(_ client: JobClient) {
    sharedClient.withLock { $0 = client }
}

func bootstrappedClient() throws(JobError) -> JobClient {
    guard let client = sharedClient.withLock({ $0 }) else {
        throw JobError(.notBootstrapped, "Call Baton.bootstrap(_:) before the first BackgroundJob.enqueue(_:).")
    }
    return client
}
