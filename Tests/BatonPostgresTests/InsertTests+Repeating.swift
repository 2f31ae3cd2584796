import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

extension InsertTests {
    @Test(arguments: [JobState.enqueued, .scheduled, .processing, .succeeded, .failed, .deleted])
    func aRepeatFindsTheJobWhereverItIs(_ state: JobState) async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let owner = try await fixture.server()
            let job = NewJob.enqueued()
            _ = try await storage.insert([job], isRepeated: false)
            if ![.enqueued, .deleted].contains(state) {
                let claimed = try #require(try await storage.claim([job.message()], owner: owner, claim: 1)[0].job)
                let outcome: Completion.Outcome? =
                    switch state {
                    case .scheduled: .retry(after: .seconds(60), .smtp, reason: "retry")
                    case .succeeded: .succeeded(result: nil)
                    case .failed: .failed(.smtp)
                    default: nil
                    }
                if let outcome { _ = try await storage.complete([.make(claimed, outcome)], owner: owner) }
            }
            if state == .deleted { #expect(try await storage.delete(job.id, reason: nil)) }

            let before = try await fixture.job(job.id)
            #expect(before.state == state)
            #expect(try await storage.insert([job], isRepeated: true) == [.duplicate])
            #expect(try await fixture.job(job.id) == before)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }

    @Test func aRepeatStoresWhatWasNot() async throws {
        try await withStorage { fixture in
            let jobs = [NewJob.enqueued(), .make(start: .after(.seconds(60))), .enqueued()]
            _ = try await fixture.storage.insert([jobs[0]], isRepeated: false)
            #expect(try await fixture.storage.insert(jobs, isRepeated: true) == [.duplicate, .inserted, .inserted])
        }
    }

    /// The first try is still running when the repeat comes; the repeat waits for it.
    @Test(arguments: [true, false])
    func aRepeatWaitsForTheFirstTry(_ commits: Bool) async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            #expect(try await fixture.storage.job(job.id) == nil)
            try await withThrowingTaskGroup(of: [InsertOutcome].self) { group in
                do {
                    try await fixture.client.withTransaction { transaction in
                        try await fixture.insertRaw(job, on: transaction)
                        group.addTask { try await fixture.storage.insert([job], isRepeated: true) }
                        try await fixture.waitUntilBlocked()
                        if !commits { throw CancellationError() }
                    }
                } catch is CancellationError {}
                #expect(try await group.next() == [commits ? .duplicate : .inserted])
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }

    /// The repeat waits for a completion that moves the row away, and must not bring the job back.
    @Test func aRepeatDuringTheCompletionDoesNotReviveTheJob() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let job = NewJob.enqueued()
            let claimed = try await fixture.running(job, by: owner)
            try await withThrowingTaskGroup(of: [InsertOutcome].self) { group in
                try await fixture.client.withTransaction { transaction in
                    let batch = CompletionBatch([.make(claimed, .succeeded(result: nil))], owner: owner)
                    try await transaction.execute(batch.statements(fixture.statements.completion))
                    group.addTask { try await fixture.storage.insert([job], isRepeated: true) }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next() == [.duplicate])
            }
            #expect(try await fixture.job(job.id).state == .succeeded)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }

    /// A process that may still hold an earlier try is ended before the repeat is sent.
    @Test func aRepeatEndsTheProcessThatHoldsTheFirstTry() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            #expect(try await fixture.storage.job(job.id) == nil)
            try await fixture.storage.work.withConnection { held in
                try await held.query(PostgresStatement("SELECT 1"))
                await fixture.storage.lostInserts.note(held.processID)
                #expect(try await fixture.storage.insert([job], isRepeated: true) == [.inserted])
                let error = await #expect(throws: PostgresError.self) {
                    try await held.query(PostgresStatement("SELECT 1"))
                }
                #expect(error?.code == .connectionLost || error?.code == .connectionClosed)
            }
        }
    }

    /// An insert that is cancelled under way is cancelled in the database as well; its repeat stores the job.
    @Test func aCancelledInsertIsUndoneAndItsRepeatStoresTheJob() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            #expect(try await fixture.storage.job(job.id) == nil)
            try await withThrowingTaskGroup(of: [InsertOutcome].self) { repeats in
                try await fixture.client.withTransaction { transaction in
                    try await fixture.insertRaw(job, on: transaction)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            let error = await #expect(throws: JobStorageError.self) {
                                try await fixture.storage.insert([job], isRepeated: false)
                            }
                            #expect(error?.code == .unavailable)
                        }
                        try await fixture.waitUntilBlocked()
                        group.cancelAll()
                    }
                    #expect(try await fixture.blockedProcesses().isEmpty)
                    repeats.addTask { try await fixture.storage.insert([job], isRepeated: true) }
                    try await fixture.waitUntilBlocked()
                    throw CancellationError()
                } ignoring: {
                    $0 is CancellationError
                }
                #expect(try await repeats.next() == [.inserted])
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }
}
