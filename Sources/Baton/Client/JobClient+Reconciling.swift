extension JobClient {
    /// Goes once over the jobs whose state and queue disagree, and mends what may be mended at once (PROTOCOL section 4):
    /// jobs of servers that are certified dead return to their queues, and enqueued jobs are published for whose message
    /// nobody answers, or that the broker is known to have lost.
    ///
    /// Servers do the same every few seconds, and more: they certify other servers dead, which takes a witness who has
    /// watched for a whole lease, and probe for messages that the broker has lost. This is for an operator who does not want
    /// to wait, or who has no server running.
    ///
    /// - Parameter age: How old an unconfirmed row of a living publisher must be before it is published again.
    /// - Returns: What was mended.
    /// - Throws: ``JobStorageError``; what was mended until then stays so.
    public func reconcile(
        unpublishedAge age: Duration = JobServerConfiguration().unpublishedAge
    ) async throws(JobStorageError) -> ReconcileReport {
        var report = ReconcileReport()
        report.hasBroker = await waitForBroker()
        while true {
            let repair = try await move(atMost: Self.repairBatchSize) { marks throws(JobStorageError) in
                let repair = try await storage.requeueOrphans(marks: marks)
                return (repair.dispatches, repair)
            }
            guard repair.count > 0 else { break }
            report.requeued += repair.dispatches.count
            report.failed += repair.failed
            report.deleted += repair.deleted
            try await storage.count([.repairedOrphans: repair.count])
            report.isConfirmed = await flush(atMost: configuration.flushTimeout)
        }
        let published = try await republish(
            counting: .repairedUnpublished,
            patience: configuration.flushTimeout
        ) { marks throws(JobStorageError) in
            let dispatches = try await storage.adoptUnpublished(marks: marks, unpublishedAge: age)
            return LossRepair(dispatches: dispatches, hasMore: dispatches.count == marks.count)
        }
        let lost = try await republish(
            counting: .repairedLost,
            patience: configuration.flushTimeout
        ) { marks throws(JobStorageError) in
            try await storage.requeueLost(marks: marks)
        }
        (report.published, report.lost) = (published.moved, lost.moved)
        report.isConfirmed = report.isConfirmed && published.isConfirmed && lost.isConfirmed
        return report
    }

    /// Gives the transport time for its first connection.
    private func waitForBroker() async -> Bool {
        guard hasTransport else { return false }
        let deadline = environment.clock.now.advanced(by: configuration.brokerStartTimeout)
        while !transport.isConnected, environment.clock.now < deadline {
            guard (try? await environment.clock.sleep(for: .milliseconds(20))) != nil else { break }
        }
        return transport.isConnected
    }
}
