import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Submissions of which some are claimed by the short statement, and the others stored by the full one.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct SubmittingTests {
    private func submission(_ messageID: String, _ start: NewJob.Start = .enqueued(nil)) -> Submission {
        Submission(
            source: "shop",
            messageID: messageID,
            job: .make(start: start),
            otherID: .random(),
            origin: JSONText(#"{"source": "shop"}"#),
            isClaimable: true
        )
    }

    private func submit(
        _ submissions: [Submission],
        _ fixture: StorageFixture,
        by owner: ServerEpoch,
        _ claim: Int64
    ) async throws -> [SubmissionOutcome] {
        try await fixture.storage.submit(
            submissions,
            marks: .some(),
            window: .seconds(3600),
            claim: SubmissionClaim(owner: owner, claim: claim, limit: 10)
        )
    }

    /// What was claimed by then is a duplicate at the next try, and put back by the audit.
    @Test func aFailureHalfwayLosesNothing() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            try await fixture.sql(
                """
                CREATE FUNCTION ns.refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'lock_not_available'; END $$
                """
            )
            try await fixture.sql(
                "CREATE TRIGGER refuse BEFORE INSERT ON ns.scheduled_job FOR EACH ROW EXECUTE FUNCTION ns.refuse()"
            )
            let (now, later) = (submission("now"), submission("later", .at(Date(timeIntervalSinceNow: 3600))))
            let error = await #expect(throws: JobStorageError.self) {
                try await submit([now, later], fixture, by: owner, 5)
            }
            #expect(error?.code != .outcomeUnknown)
            try await fixture.sql("DROP TRIGGER refuse ON ns.scheduled_job")

            let again = try await submit([now, later], fixture, by: owner, 6)
            #expect(again.count == 2 && again[0] == .duplicate)
            guard case .scheduled(later.job.id, _)? = again.last else {
                Issue.record("not scheduled: \(again)")
                return
            }
            let run = OwnedRun(id: now.job.id, claim: 5)
            let back = try await fixture.storage.putBackUnheld([run], owner: owner, marks: .some())
            #expect(back.map(\.message.id) == [now.job.id])
        }
    }

    /// Another job takes the id between the look and the insert.
    @Test(arguments: [1, 2]) func anIDThatIsTakenMeanwhileGivesWayToTheOther(ofSubmissions count: Int) async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let (one, other) = (submission("one"), submission("other"))
            let submissions = Array([one, other].prefix(count))
            try await withThrowingTaskGroup(of: [SubmissionOutcome].self) { group in
                try await fixture.client.withTransaction { transaction in
                    try await transaction.query(
                        PostgresStatement(
                            """
                            INSERT INTO \(try fixture.schema.active) (id, created_at, enqueued_at, state_at, generation, run,
                                attempt, max_attempts, state, priority, type, queue, arguments, history)
                            VALUES ($1, now(), now(), now(), 1, 0, 0, 1, 2, 0, 'mail.welcome', 'mail', '{}', '{}')
                            """,
                            one.job.id.uuid,
                            prepared: false
                        )
                    )
                    group.addTask { try await submit(submissions, fixture, by: owner, 1) }
                    try await fixture.waitUntilBlocked()
                }
                let outcomes = try #require(try await group.next())
                #expect(outcomes.map(\.jobID) == Array([one.otherID, other.job.id].prefix(count)))
                #expect(outcomes.allSatisfy { if case .claimed = $0 { true } else { false } })
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.active_job") == count + 1)
        }
    }

    /// A single submission is claimed by a statement of its own; what it stores is what one of two becomes.
    @Test func aSingleSubmissionIsStoredAsOthersAre() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            func row(_ id: JobID) async throws -> String {
                let columns = """
                    timeout_ms, priority, max_attempts, session, seq, type, queue, arguments, state, generation, run,
                    attempt, owner, claim, created_at = enqueued_at AND enqueued_at = state_at, (history[1]).data,
                    (history[2]).state, (history[2]).server, cardinality(history),
                    (SELECT count(*) FROM ns.submission AS s WHERE s.job_id = j.id AND s.source = 'shop')
                    """
                return try await fixture.value(
                    String.self,
                    "SELECT jsonb_build_array(\(columns))::text FROM ns.active_job AS j WHERE id = $1",
                    id.uuid
                )
            }
            var full = submission("full")
            full.job.maximumAttempts = 4
            full.job.priority = 12
            full.job.timeout = .milliseconds(1_500)
            full.job.retry = RetryOptions(whenExhausted: .delete)
            var bare = submission("bare")
            bare.job.timeout = nil
            for (given, start) in [(full, "[1500, 12, 4, null, null, "), (bare, "[null, 0, 10, null, null, ")] {
                var others = [given, given]
                for index in others.indices {
                    others[index].messageID += "\(index)"
                    others[index].job.id = .random()
                }
                let one = try await submit([given], fixture, by: owner, 1)
                #expect(one.map(\.jobID) == [given.job.id])
                let two = try await submit(others, fixture, by: owner, 1)
                #expect(two.map(\.jobID) == others.map(\.job.id))
                #expect((one + two).allSatisfy { if case .claimed = $0 { true } else { false } })
                let alone = try await row(given.job.id)
                #expect(alone.hasPrefix(start), "\(alone)")
                #expect(alone.contains("retry") == (given.job.retry != nil) && alone.contains("shop"), "\(alone)")
                for other in others { #expect(try await row(other.job.id) == alone) }
            }
        }
    }
}
