extension JobClient {
    /// Moves rows to their queues under fresh marks, and publishes them.
    ///
    /// When the answer is lost, some rows may bear the marks and nobody knows which: the marks are abandoned, and the
    /// reconciler finds the rows.
    ///
    /// - Parameters:
    ///   - limit: How many rows may be moved.
    ///   - patience: How long to go on trying while the publisher's session cannot be registered.
    ///   - move: The statement; gives back what it moved, and what else there is to say.
    /// - Returns: What else there is to say.
    /// - Throws: ``JobStorageError``.
    func move<Answer>(
        atMost limit: Int,
        patience: Duration = .zero,
        _ move: (PublishMarkRange) async throws(JobStorageError) -> ([MarkedDispatch], Answer)
    ) async throws(JobStorageError) -> Answer {
        let marks = try await publisher.reserve(limit, patience: patience)
        do throws(JobStorageError) {
            let (dispatches, answer) = try await move(marks)
            publisher.publish(dispatches, of: marks)
            return answer
        } catch {
            if error.code == .outcomeUnknown {
                publisher.abandon(marks)
            } else {
                publisher.publish([], of: marks)
            }
            throw error
        }
    }
}
