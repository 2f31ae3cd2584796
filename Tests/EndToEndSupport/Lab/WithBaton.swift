package import Baton
import Foundation
import PostgresClient

/// Runs a test in a Baton of its own, checks what must hold at the end of every test, and removes every trace.
///
/// - Parameters:
///   - expectations: What the test does to the Baton that would be a fault elsewhere.
///   - servers: The servers; by default those of the environment.
///   - transport: How its servers are woken.
///   - configuration: How the main client behaves.
///   - body: The test.
/// - Returns: What the body returns.
/// - Throws: What the body throws; ``LabError`` when an invariant is broken.
package func withBaton<Result: Sendable>(
    expecting expectations: LabExpectations = [],
    on servers: TestServers? = nil,
    by transport: LabTransport = .broker,
    configuration: JobClientConfiguration = .init(),
    _ body: (Lab) async throws -> Result
) async throws -> Result {
    let lab = Lab(
        on: try servers ?? TestServers(),
        transport: transport,
        configuration: configuration,
        isUndisturbed: !expectations.contains(.repairs)
    )
    do {
        let result = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lab.database.run() }
            defer { group.cancelAll() }
            let result = try await lab.node.running {
                // Answered once the schema is there.
                _ = try await lab.jobs.job(JobID(UUID())).status()
                return try await body(lab)
            }
            try await lab.checkInvariants(expectations)
            return result
        }
        await lab.remove()
        return result
    } catch {
        lab.log.dump("log of \(lab.namespace), which failed: \(error)")
        await lab.remove()
        throw error
    }
}
