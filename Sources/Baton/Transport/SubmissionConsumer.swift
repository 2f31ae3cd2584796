/// A server's intake of submissions: what other programs publish, with manual acknowledgement.
public protocol SubmissionConsumer: Sendable {
    /// Waits for the next submissions; to be called by one task.
    ///
    /// - Returns: What arrived, in order, or `nil` when ``run()`` has ended or the task is cancelled.
    func next() async -> [SubmissionDelivery]?

    /// Consumes until cancelled; connects again whenever the connection is lost.
    ///
    /// - Throws: Only what no retry can mend.
    func run() async throws

    /// Stops or resumes deliveries from one queue; those already here can still be settled.
    ///
    /// - Parameters:
    ///   - isPaused: Whether nothing is to be delivered.
    ///   - queue: The queue.
    func setPaused(_ isPaused: Bool, queue: String) async

    /// Stops new deliveries for good; those already here can still be settled.
    func stopDeliveries() async

    /// Acknowledges deliveries that storage answers for. Those of an earlier connection are passed over.
    ///
    /// - Parameter deliveries: The deliveries.
    func acknowledge(_ deliveries: [SubmissionDelivery]) async

    /// Gives deliveries back to their queues.
    ///
    /// - Parameter deliveries: The deliveries.
    func giveBack(_ deliveries: [SubmissionDelivery]) async
}
