#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Hands calls over without carrying a client around, after ``bootstrap(_:)``.
public enum BackgroundJob {
    /// Stores a call, to be run as soon as a server is free.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: As ``JobClient/enqueue(_:id:options:)``; ``JobError`` when there was no bootstrap.
    @discardableResult
    public static func enqueue<Call: JobCall>(
        _ call: Call,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await bootstrappedClient().enqueue(call, options: options)
    }

    /// Stores a call, to be run after a while.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - delay: How long to wait, by the storage's clock.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: As ``JobClient/schedule(_:in:id:options:)``; ``JobError`` when there was no bootstrap.
    @discardableResult
    public static func schedule<Call: JobCall>(
        _ call: Call,
        in delay: Duration,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await bootstrappedClient().schedule(call, in: delay, options: options)
    }

    /// Stores a call, to be run at a date.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - date: When to run it, by the storage's clock.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The stored job.
    /// - Throws: As ``JobClient/schedule(_:at:id:options:)``; ``JobError`` when there was no bootstrap.
    @discardableResult
    public static func schedule<Call: JobCall>(
        _ call: Call,
        at date: Date,
        options: JobOptions = JobOptions()
    ) async throws -> JobHandle<Call.Output> {
        try await bootstrappedClient().schedule(call, at: date, options: options)
    }
}
