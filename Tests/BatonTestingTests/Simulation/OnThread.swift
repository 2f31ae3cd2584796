import Foundation

/// Runs something long on a thread of its own: those of Swift's pool are for tests that wait.
///
/// - Parameter body: What to run.
/// - Returns: What it returns.
/// - Throws: What it throws.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
    }
}
