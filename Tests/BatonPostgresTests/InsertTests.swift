import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct InsertTests {
    @Test func aBatchIsStoredWholeAndInOrder() async throws {
        try await withStorage { fixture in
            let due = Date(timeIntervalSinceNow: 3600)
            let jobs = [
                NewJob.enqueued(), .make(start: .at(due)), .enqueued(), .make(start: .after(.seconds(60))),
            ].shuffled()
            let outcomes = try await fixture.storage.insert(jobs, isRepeated: false)
            #expect(outcomes == Array(repeating: .inserted, count: 4))
            for job in jobs {
                let stored = try await fixture.job(job.id)
                #expect(
                    stored.name == "mail.welcome" && stored.queue == "mail" && stored.run == 0 && stored.attempt == 0
                )
                #expect(stored.arguments == job.arguments)
                switch job.start {
                case .enqueued:
                    #expect(stored.state == .enqueued && stored.generation == 1 && stored.scheduledAt == nil)
                case .at(let date):
                    #expect(stored.state == .scheduled && stored.generation == 0)
                    #expect(abs(try #require(stored.scheduledAt).timeIntervalSince(date)) < 0.001)
                case .after:
                    #expect(stored.state == .scheduled && stored.generation == 0)
                    #expect(abs(try #require(stored.scheduledAt).timeIntervalSince(stored.createdAt) - 60) < 0.001)
                }
            }
        }
    }

    @Test func oneBadJobKeepsTheWholeBatchOut() async throws {
        try await withStorage { fixture in
            let good = NewJob.enqueued()
            var bad = NewJob.make(start: .after(.zero))
            bad.arguments = JSONText("{not json")
            let error = await #expect(throws: JobStorageError.self) {
                try await fixture.storage.insert([good, bad], isRepeated: false)
            }
            #expect(error?.code == .refused)
            let stored = try await fixture.storage.job(good.id)
            #expect(stored == nil)
        }
    }

    @Test func partsAreStoredTogetherOrNotAtAll() async throws {
        try await withStorage { fixture in
            func parts(_ last: String) -> [[NewJob]] {
                let ids = JobEnvironment().makeJobIDs(30)
                return (0..<10).map { part in
                    ids[part * 3..<part * 3 + 3].map { id in
                        var job = NewJob.enqueued(id)
                        job.arguments = JSONText(part == 9 ? last : "{}")
                        return job
                    }
                }
            }
            var good = parts("{}").makeIterator()
            try await fixture.storage.insert { good.next() }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs WHERE state = 'enqueued'") == 30)

            var bad = parts("{not json").makeIterator()
            let error = await #expect(throws: JobStorageError.self) { try await fixture.storage.insert { bad.next() } }
            #expect(error?.code == .refused)
            var unmade = parts("{}").makeIterator()
            await #expect(throws: CancellationError.self) {
                try await fixture.storage.insert {
                    guard let part = unmade.next() else { throw CancellationError() }
                    return part
                }
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 30)
        }
    }

    @Test func anIdThatComesTwiceIsStoredOnce() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            let outcomes = try await fixture.storage.insert([job, job], isRepeated: false)
            #expect(outcomes == [.inserted, .duplicate])
            #expect(try await fixture.storage.insert([job], isRepeated: true) == [.duplicate])
            let other = NewJob.enqueued()
            let error = await #expect(throws: JobStorageError.self) {
                try await fixture.storage.insert([other, job], isRepeated: false)
            }
            #expect(error?.code == .refused, "who says that an id is new must be right")
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }

    /// One call's jobs have a statement of their own, those of several another, and a single job a third; what they store is
    /// the same, and the same as where jobs may be there already.
    @Test func jobsThatDifferInArgumentsOnlyAreStoredAsOthersAre() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            let ids = JobEnvironment().makeJobIDs(12)
            let sequences: [Int64] = [7, 8, 9, 19, 17, 18, 29, 27, 28, 39, 37, 38]
            let jobs = zip(ids, sequences).map { id, sequence in
                var job = NewJob.enqueued(id, mark: PublishMark(session: session, sequence: sequence))
                job.arguments = JSONText(#"{"address": "\#(sequence)"}"#)
                return job
            }
            // Marks that follow one another, marks that do not, and one job after the other.
            for call in [jobs[0..<3], jobs[3..<6], jobs[6..<7], jobs[7..<8], jobs[8..<9]] {
                let outcomes = try await fixture.storage.insert(Array(call), isRepeated: false)
                #expect(outcomes == Array(repeating: .inserted, count: call.count))
            }
            let outcomes = try await fixture.storage.insert(Array(jobs[9...]), isRepeated: true)
            #expect(outcomes == Array(repeating: .inserted, count: 3))
            let rows = try await fixture.sql(
                """
                SELECT id, seq, arguments->>'address', concat_ws(' ', type, queue, priority, max_attempts, timeout_ms,
                    state, generation, run, attempt, created_at = enqueued_at AND enqueued_at = state_at,
                    (history[1]).state, cardinality(history)), session
                FROM ns.active_job ORDER BY id
                """
            )
            let stored = try rows.map { try $0.decode((UUID, Int64, String, String, UUID).self) }
            #expect(stored.map(\.0) == ids.map(\.uuid))
            #expect(stored.map(\.1) == sequences)
            #expect(stored.map(\.2) == sequences.map { "\($0)" })
            #expect(Set(stored.map(\.3)).count == 1)
            #expect(stored.allSatisfy { $0.4 == session.uuid })
        }
    }

    /// A single job is stored as one of two, and as one that may be there already: each has a statement of its own.
    @Test func aSingleJobIsStoredAsOthersAre() async throws {
        try await withStorage { fixture in
            func row(_ id: JobID) async throws -> String {
                let columns = """
                    timeout_ms, priority, max_attempts, session, seq, type, queue, arguments, state, generation, run,
                    attempt, owner, claim, created_at = enqueued_at AND enqueued_at = state_at, (history[1]).state,
                    (history[1]).data, cardinality(history)
                    """
                return try await fixture.value(
                    String.self,
                    "SELECT jsonb_build_array(\(columns))::text FROM ns.active_job WHERE id = $1",
                    id.uuid
                )
            }
            let session = PublisherSession.random()
            var endless = NewJob.enqueued(attempts: 4, priority: 12, mark: PublishMark(session: session, sequence: 7))
            endless.timeout = nil
            let unmarked = NewJob.enqueued(attempts: 25, priority: -3, mark: nil)
            let expected = [
                "[null, 12, 4, \"\(session.uuid.uuidString.lowercased())\", 7, ", "[30000, -3, 25, null, null, ",
            ]
            for (job, start) in zip([endless, unmarked], expected) {
                let ids = JobEnvironment().makeJobIDs(4)
                let copies = ids.map { id in
                    var copy = job
                    copy.id = id
                    return copy
                }
                var next = copies[2]
                if case .enqueued(let mark?) = next.start {
                    next.start = .enqueued(PublishMark(session: mark.session, sequence: mark.sequence + 1))
                }
                #expect(try await fixture.storage.insert([copies[0]], isRepeated: false) == [.inserted])
                let two = try await fixture.storage.insert([copies[1], next], isRepeated: false)
                #expect(two == [.inserted, .inserted])
                #expect(try await fixture.storage.insert([copies[3]], isRepeated: true) == [.inserted])
                let alone = try await row(ids[0])
                #expect(alone.hasPrefix(start), "\(alone)")
                #expect(try await row(ids[1]) == alone)
                #expect(try await row(ids[3]) == alone)
            }
        }
    }

    /// Two batches with the same ids in another order do not block each other for ever.
    @Test func crossingBatchesBothEnd() async throws {
        try await withStorage { fixture in
            let jobs = (0..<200).map { _ in NewJob.enqueued() }
            let outcomes = try await withThrowingTaskGroup(of: [InsertOutcome].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await fixture.storage.insert(jobs.shuffled(), isRepeated: true) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count { $0 == .inserted } == 200)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 200)
        }
    }

    @Test func datesAndDelaysBeyondAllMeasureAreKept() async throws {
        try await withStorage { fixture in
            let jobs = [
                NewJob.make(start: .at(.distantFuture)), .make(start: .at(.distantPast)),
                .make(start: .after(.seconds(Int64.max))), .make(start: .after(.seconds(-60))),
            ]
            let outcomes = try await fixture.storage.insert(jobs, isRepeated: false)
            #expect(outcomes.count { $0 == .inserted } == 4)
            #expect(try await fixture.storage.promoteDue(marks: .some()).dispatches.count == 2)
        }
    }
}

extension StorageFixture {
    /// Inserts as another backend would, in a transaction that stays open.
    func insertRaw(_ job: NewJob, on transaction: PostgresTransaction) async throws {
        guard case .enqueued(let mark) = job.start else { return }
        try await transaction.query(
            PostgresStatement(
                statements.insert.enqueued.repeated,
                [job.id.uuid],
                [job.name],
                [job.queue],
                [PostgresJSON(job.arguments.text)],
                [Int32(job.maximumAttempts)],
                [Int16(job.priority)],
                [Int64?.none],
                [mark?.session.uuid],
                [mark?.sequence],
                [job.queue]
            )
        )
    }
}

extension PostgresClient {
    /// A transaction whose expected error is not the test's.
    func withTransaction(
        _ body: (PostgresTransaction) async throws -> Void,
        ignoring isExpected: (any Error) -> Bool
    ) async throws {
        do {
            try await withTransaction(body)
        } catch  where isExpected(error) {}
    }
}
