import Baton
import BatonTesting
import PostgresClient

@testable import BatonPostgres

extension StorageFixture {
    /// The storage as the conformance suite takes it.
    func subject(presence: PresenceControls? = nil) -> JobStorageSubject {
        JobStorageSubject(
            storage,
            presence: presence,
            patience: .seconds(300),
            counter: { counter in
                try await value(
                    Int.self,
                    "SELECT coalesce(sum(value), 0)::bigint FROM ns.counter WHERE name = $1",
                    counter.name
                )
            },
            advance: { try await letPass($0) }
        )
    }

    /// Lets a short while pass, and moves what is stored into the past instead of a long one.
    func letPass(_ duration: Duration) async throws {
        guard duration > .milliseconds(50) else { return try await Task.sleep(for: duration) }
        let times = [
            "active_job": ["created_at", "enqueued_at", "state_at"],
            "scheduled_job": ["created_at", "enqueued_at", "state_at", "run_at"],
            "failed_job": ["created_at", "enqueued_at", "state_at"],
            "finished_job": ["created_at", "enqueued_at", "state_at"],
            "job_statistic_hour": ["start"],
            "job_statistic_day": ["start"],
            "retention": ["counted_until"],
            "retention_walk": ["until", "at"],
            "server": ["started_at", "unbroken_since", "heartbeat_at", "stood_after", "lease_until", "certified_at"],
            "publisher_session": ["started_at", "heartbeat_at", "lease_until", "ended_at"],
            "consumer_session": ["started_at", "ended_at"],
            "probe": ["opened_at", "gives_up_at", "not_before"],
            "loss": ["at"],
            "waiting_look": ["looked_at"],
            "recurring_entry": ["next_at", "held_at", "last_at"],
            "recurring_occurrence": ["at", "decided_at"],
            "submission": ["expires_at"],
            "reject": ["rejected_at"],
            "queue_pause": ["paused_at"],
        ]
        for (table, columns) in times {
            let moved = columns.map { "\($0) = \($0) - $1 * interval '1 microsecond'" }.joined(separator: ", ")
            try await sql("UPDATE ns.\(table) SET \(moved)", duration.microseconds)
        }
    }

    /// Gives a trial another process on the same data, which it may end.
    func withPeer(_ body: @Sendable (PresenceControls) async throws -> Void) async throws {
        let (end, ending) = AsyncStream<Void>.makeStream()
        let (ended, hasEnded) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (peers, peering) = AsyncStream<PostgresStorage>.makeStream()
            group.addTask {
                try await withSecondStorage { storage in
                    peering.yield(storage)
                    for await _ in end {}
                }
                hasEnded.finish()
            }
            defer { ending.finish() }
            for await peer in peers {
                return try await body(
                    PresenceControls(
                        peer: peer,
                        endPeer: {
                            ending.finish()
                            for await _ in ended {}
                        },
                        loseSession: { try await endSession(of: $0) }
                    )
                )
            }
        }
    }
}
