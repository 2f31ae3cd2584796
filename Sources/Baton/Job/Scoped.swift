/// A receiver that is made anew for each run.
///
/// ```swift
/// Scoped(Billing.self) { context in
///     Billing(database: try await pool.connect(), logger: context.logger)
/// }
/// ```
public struct Scoped<Receiver: JobReceiver>: Sendable {
    let makeReceiver: @Sendable (JobContext) async throws -> Receiver

    /// Says how a receiver is made.
    ///
    /// - Parameters:
    ///   - type: The receiver's type.
    ///   - makeReceiver: Makes a receiver for the run it is given; what it throws counts as the run's failure.
    public init(
        _ type: Receiver.Type = Receiver.self,
        _ makeReceiver: @escaping @Sendable (JobContext) async throws -> Receiver
    ) {
        self.makeReceiver = makeReceiver
    }
}
