import Baton

extension JobTestKit {
    /// Waits until a job is as expected: looks whenever the storage has changed.
    ///
    /// - Parameter assertion: What is expected.
    /// - Returns: The job.
    /// - Throws: ``JobAssertionError`` when the task is cancelled before.
    func wait(for assertion: JobAssertion) async throws(JobAssertionError) -> JobSnapshot {
        do {
            while true {
                let seen = changes.value
                if let job = assertion.matches(among: storage.jobs).first { return job }
                try await changes.wait { $0 != seen }
            }
        } catch {
            // More to the point than the cancellation: what is missing, and what is there.
            return try assertion.first(among: storage.jobs)
        }
    }
}
