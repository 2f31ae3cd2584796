import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ReconcilerTests {
    @Test func orphansGoBackWithinTheirAttempts() async throws {
        try await withStorage { fixture in
            let (dead, gone, living) = (
                try await fixture.server(), try await fixture.server(), try await fixture.server()
            )
            let first = try await fixture.running(by: dead)
            let last = try await fixture.running(.enqueued(attempts: 1), by: dead)
            let unlisted = try await fixture.running(by: gone)
            let fine = try await fixture.running(by: living)
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(10)).hasOrphans)
            try await fixture.bury(dead)
            try await fixture.storage.deregister(gone)
            #expect(try await fixture.storage.survey(unpublishedAge: .seconds(10)).hasOrphans)

            let marks = PublishMarkRange.some()
            let repair = try await fixture.storage.requeueOrphans(marks: marks)
            #expect(repair.failed == 1)
            #expect(Set(repair.dispatches.map(\.message.id)) == [first.id, unlisted.id])
            #expect(repair.dispatches.map(\.sequence) == Array(marks.sequences.prefix(2)))
            #expect(repair.dispatches.allSatisfy { $0.message.generation == 2 })
            let back = try await fixture.job(first.id)
            #expect(back.state == .enqueued && back.attempt == 1 && back.run == 1)
            let lost = try await fixture.job(last.id)
            #expect(lost.state == .failed && lost.failure?.type == "WorkerLost")
            #expect(try await fixture.storage.history(of: first.id).last?.reason == "orphan")
            #expect(try await fixture.job(fine.id).state == .processing)
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(10)).hasOrphans)
            #expect(try await fixture.storage.requeueOrphans(marks: marks) == OrphanRepair(dispatches: [], failed: 0))
        }
    }

    /// Two reapers at once move each orphan once, in batches no larger than their marks.
    @Test func twoReapersShareTheOrphans() async throws {
        try await withStorage { fixture in
            let dead = try await fixture.server()
            let jobs = (0..<50).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            _ = try await fixture.storage.claim(jobs.map { $0.message() }, owner: dead, claim: 1)
            try await fixture.bury(dead)
            let moved = try await withThrowingTaskGroup(of: [MarkedDispatch].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var moved: [MarkedDispatch] = []
                        while try await fixture.storage.survey(unpublishedAge: .seconds(10)).hasOrphans {
                            let batch = try await fixture.storage.requeueOrphans(marks: .some(7)).dispatches
                            #expect(batch.count <= 7)
                            moved += batch
                        }
                        return moved
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(moved.count == 50)
            #expect(Set(moved.map(\.message.id)) == Set(jobs.map(\.id)))
        }
    }

    /// The reaper chose its rows; before it has them, a server that registered since owns the job.
    ///
    /// That claim stands.
    @Test func aReaperDoesNotTakeARowThatMovedOn() async throws {
        try await withStorage { fixture in
            let dead = try await fixture.server()
            // The one row that the reaper reads as alive.
            _ = try await fixture.server()
            let run = try await fixture.running(by: dead)
            try await fixture.bury(dead)
            try await withThrowingTaskGroup(of: OrphanRepair.self) { group in
                try await fixture.withPausedReaders(of: "server") { hidden in
                    group.addTask {
                        try await fixture.persistently { try await fixture.storage.requeueOrphans(marks: .some()) }
                    }
                    try await fixture.waitUntilBlocked()
                    let registered = ServerEpoch.random()
                    try await fixture.sql(
                        """
                        INSERT INTO ns.\(hidden) (epoch, name, pid, queues, concurrency, job_names, lease_until)
                        VALUES ($1, 'newcomer', 1, '{}', 1, '{}', now() + interval '1 hour')
                        """,
                        registered.uuid
                    )
                    try await fixture.sql(
                        "UPDATE ns.active_job SET owner = $1, claim = 1, generation = 2 WHERE id = $2",
                        registered.uuid,
                        run.id.uuid
                    )
                }
                #expect(try await group.next() == OrphanRepair(dispatches: [], failed: 0))
            }
            #expect(try await fixture.job(run.id).state == .processing)
        }
    }

    /// What each kind of mark means, for a living session, an ended, a silent and an unknown one.
    @Test func onlyWhatNobodyAnswersForIsAdopted() async throws {
        try await withStorage { fixture in
            // What is young or alive stays so for as long as the test takes.
            let (storage, age, lease) = (fixture.storage, Duration.seconds(1800), Duration.seconds(3600))
            let (living, ended, silent) = (
                PublisherSession.random(), PublisherSession.random(), PublisherSession.random()
            )
            for session in [living, ended, silent] { try await storage.openSession(session, lease: lease) }
            var jobs: [String: NewJob] = [:]
            for (name, session) in [("living", living), ("ended", ended), ("silent", silent)] {
                for (kind, sequence) in [("confirmed", 1), ("pending", 2), ("beyond", 3)] as [(String, Int64)] {
                    jobs["\(name) \(kind)"] =
                        .enqueued(mark: PublishMark(session: session, sequence: sequence))
                }
            }
            jobs["unknown"] = .enqueued()
            jobs["released"] = .enqueued(mark: PublishMark(session: living, sequence: 4))
            jobs["old beyond"] = .enqueued(mark: PublishMark(session: living, sequence: 9))
            _ = try await storage.insert(Array(jobs.values), isRepeated: false)
            try await storage.releaseMarks(of: living, [4])
            try await storage.saveWatermark(
                PublisherWatermark(session: living, confirmedBelow: 3, pending: [2]),
                lease: lease
            )
            try await storage.saveWatermark(
                PublisherWatermark(session: silent, confirmedBelow: 3, pending: [2]),
                lease: .seconds(-1)
            )
            try await storage.closeSession(PublisherWatermark(session: ended, confirmedBelow: 3, pending: [2]))
            try await fixture.sql(
                "UPDATE ns.active_job SET state_at = now() - interval '1 hour' WHERE session = $1 AND seq = 9",
                living.uuid
            )

            #expect(try await storage.survey(unpublishedAge: age).hasUnpublished)
            let marks = PublishMarkRange.some()
            try await storage.openSession(#require(marks.session), lease: lease)
            let adopted = try await storage.adoptUnpublished(marks: marks, unpublishedAge: age)
            let names = Dictionary(uniqueKeysWithValues: jobs.map { ($0.value.id, $0.key) })
            #expect(
                Set(adopted.compactMap { names[$0.message.id] }) == [
                    "ended pending", "ended beyond", "silent pending", "silent beyond", "unknown", "released",
                    "old beyond",
                ]
            )
            #expect(adopted.allSatisfy { $0.message.generation == 1 })
            #expect(adopted.map(\.sequence) == Array(marks.sequences.prefix(adopted.count)))
            let entry = try #require(try await storage.history(of: adopted[0].message.id).last)
            #expect(entry.reason == "unpublished" && entry.state == .enqueued)

            // Once: the new mark is young, and its session lives.
            #expect(try await storage.adoptUnpublished(marks: marks, unpublishedAge: age).isEmpty)
            #expect(try await !storage.survey(unpublishedAge: age).hasUnpublished)
        }
    }

    @Test func aNumberListedAsPendingIsAdoptedWhenItIsOld() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            let jobs = (1...3).map { NewJob.enqueued(mark: PublishMark(session: session, sequence: $0)) }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let watermark = PublisherWatermark(session: session, confirmedBelow: 4, pending: [2])
            try await fixture.storage.saveWatermark(watermark, lease: .seconds(60))
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(60)).hasUnpublished)
            let adopted = try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero)
            #expect(adopted.map(\.message.id) == [jobs[1].id])
        }
    }

    /// I6: without failures nothing is republished; what was claimed needs no message any more.
    @Test func whatIsConfirmedOrClaimedIsLeftAlone() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let session = PublisherSession.random()
            let (confirmed, claimed) = (
                NewJob.enqueued(mark: PublishMark(session: session, sequence: 1)),
                NewJob.enqueued(mark: PublishMark(session: session, sequence: 2))
            )
            _ = try await fixture.storage.insert([confirmed, claimed], isRepeated: false)
            _ = try await fixture.storage.claim([claimed.message()], owner: owner, claim: 1)
            let watermark = PublisherWatermark(session: session, confirmedBelow: 2, pending: [])
            try await fixture.storage.closeSession(watermark)
            #expect(try await !fixture.storage.survey(unpublishedAge: .zero).hasUnpublished)
            #expect(try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero).isEmpty)
        }
    }

    /// Two reconcilers at once: each row is published by one of them.
    @Test func twoReconcilersMoveEachMarkOnce() async throws {
        try await withStorage { fixture in
            let jobs = (0..<60).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let sessions = (0..<4).map { _ in PublisherSession.random() }
            for session in sessions { try await fixture.storage.openSession(session, lease: .seconds(3600)) }
            let adopted = try await withThrowingTaskGroup(of: [MarkedDispatch].self) { group in
                for session in sessions {
                    group.addTask {
                        var adopted: [MarkedDispatch] = []
                        var next: Int64 = 1
                        while try await fixture.storage.survey(unpublishedAge: .seconds(3600)).hasUnpublished {
                            let marks = PublishMarkRange(session: session, sequences: next..<next + 9)
                            let batch = try await fixture.storage.adoptUnpublished(
                                marks: marks,
                                unpublishedAge: .seconds(3600)
                            )
                            #expect(batch.count <= 9)
                            adopted += batch
                            next += 9
                        }
                        return adopted
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(adopted.count == 60 && Set(adopted.map(\.message.id)).count == 60)
        }
    }

    /// Between the reconciler's look and its move another one took the mark: it keeps it.
    @Test func adoptionComparesTheMarkItSaw() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            try await fixture.storage.openSession(.random(), lease: .seconds(60))
            _ = try await fixture.storage.insert([job], isRepeated: false)
            let other = PublishMark(session: .random(), sequence: 4)
            try await withThrowingTaskGroup(of: [MarkedDispatch].self) { group in
                try await fixture.withPausedReaders(of: "publisher_session") { _ in
                    group.addTask {
                        try await fixture.persistently {
                            try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero)
                        }
                    }
                    try await fixture.waitUntilBlocked()
                    try await fixture.sql(
                        "UPDATE ns.active_job SET session = $1, seq = $2",
                        other.session.uuid,
                        other.sequence
                    )
                }
                #expect(try await group.next()?.isEmpty == true)
            }
            #expect(try await fixture.value(UUID.self, "SELECT session FROM ns.active_job") == other.session.uuid)
        }
    }

    /// A row in another's hands is passed by, not waited for.
    @Test func adoptionPassesLockedRowsBy() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT FROM \(try fixture.schema.active) FOR UPDATE"
                try await transaction.query(PostgresStatement(lock, prepared: false))
                let adopted = try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero)
                #expect(adopted.isEmpty)
            }
            #expect(try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero).count == 1)
        }
    }
}
