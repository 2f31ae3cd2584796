import Logging

/// Keeps rejects in storage, publishes them to their producers, and only then acknowledges what they came from.
struct RejectProcess: Sendable {
    /// How often the broker may refuse a reject, which is kept already, before it stays unpublished.
    private static let maximumRefusals = 5

    let core: ServerCore
    let consumer: any SubmissionConsumer
    let rejects: Inbox<RejectedDelivery>

    /// Rejects until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        while true {
            let waiting = try await rejects.next()
            let bytes = SubmissionIntake.batchBytes
            for batch in waiting.parts(of: SubmissionIntake.batchSize, bytes: bytes, \.reject.message.body.count) {
                let unkept = try await keep(batch)
                try await publish(batch, unkept)
                await core.count([.rejectedSubmissions: batch.count])
            }
        }
    }

    /// - Returns: Those that storage refuses.
    private func keep(_ batch: [RejectedDelivery]) async throws -> Set<JobID> {
        do {
            try await core.retrying("keeping rejects") { () throws(JobStorageError) in
                try await core.storage.keepRejects(batch.map(\.reject))
            }
            return []
        } catch let error as JobStorageError where error.code == .refused {
            guard batch.count == 1, let rejected = batch.first else {
                var unkept: Set<JobID> = []
                for rejected in batch { unkept.formUnion(try await keep([rejected])) }
                return unkept
            }
            core.logger.error(
                "a reject cannot be kept; it is published all the same",
                metadata: ["reject.code": "\(rejected.reject.reject.code)", "error": "\(error)"]
            )
            return [rejected.reject.id]
        }
    }

    private func publish(_ batch: [RejectedDelivery], _ unkept: Set<JobID>) async throws {
        var (left, refusals, backoff) = (batch, 0, Backoff())
        while true {
            let outcomes = await core.client.transport.publish(rejects: left.map(\.reject))
            var (settled, again): ([SubmissionDelivery], [RejectedDelivery]) = ([], [])
            var unpublished = 0
            refusals += 1
            for (rejected, outcome) in zip(left, outcomes) {
                if outcome == .confirmed {
                    settled.append(rejected.delivery)
                } else if outcome.isAnswer, refusals >= Self.maximumRefusals, !unkept.contains(rejected.reject.id) {
                    settled.append(rejected.delivery)
                    unpublished += 1
                } else {
                    again.append(rejected)
                }
            }
            await consumer.acknowledge(settled)
            if unpublished > 0 {
                core.logger.warning("rejects are kept but not published", metadata: ["count": "\(unpublished)"])
                await core.count([.unpublishedRejects: unpublished])
            }
            if again.isEmpty { return }
            left = again
            try await core.clock.sleep(for: backoff.next(core.environment.random))
        }
    }
}
