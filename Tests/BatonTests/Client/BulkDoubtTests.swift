import Testing

@testable import Baton

/// What is done with many jobs, and counted, where the answer of a try is lost.
///
/// Time stands still between a try and its repetition until the test lets it pass.
@Suite struct BulkDoubtTests {
    /// What befalls the first tries; then comes one that is answered.
    static let losses: [[FakeStorage.Fault]] = [
        [.lostAfterCommit],
        [.lostAfterCommit, .unavailable],
        [.lostAfterCommit, .lostBeforeCommit],
        [.lostBeforeCommit],
        [.unavailable, .lostBeforeCommit],
    ]

    private let world = World()
    private let enqueued = JobFilter(states: [.enqueued])
    private let deleted = JobFilter(states: [.deleted])

    private func lose(_ faults: [FakeStorage.Fault], of call: FakeStorage.Call) {
        for fault in faults { world.storage.fail(call, fault) }
    }

    private func deletedJobs(_ count: Int) async throws -> [JobID] {
        let ids = try await world.enqueue(count)
        #expect(try await world.client.delete(matching: enqueued) == count)
        return ids
    }

    /// Storage is away from now on until a call has no patience left: its last error is certain, the first was not.
    private func expectUnknown(_ call: Task<Int, any Error>) async throws {
        world.storage.isDown = true
        defer { world.storage.isDown = false }
        let error = await #expect(throws: JobStorageError.self) { try await world.end(of: call) }
        #expect(error?.code == .outcomeUnknown)
    }

    // MARK: Deleting

    @Test(arguments: losses)
    func whatIsDeletedIsCountedOnce(losing faults: [FakeStorage.Fault]) async throws {
        try await world.run {
            // More than one part, of which only the first is in doubt.
            let ids = try await world.enqueue(503)
            lose(faults, of: .delete)
            let call = Task { try await world.client.delete(matching: enqueued) }
            #expect(try await world.end(of: call) == ids.count)
            #expect(ids.allSatisfy { world.storage.states($0) == [.enqueued, .deleted] })
            #expect(world.storage.calls(.delete) == faults.count + 2)
        }
    }

    /// It is in the state again in which it was found; only its generation tells.
    @Test func whatIsRequeuedBeforeTheRepetitionIsNotDeletedAgain() async throws {
        try await world.run {
            let ids = try await world.enqueue(3)
            world.storage.fail(.delete, .lostAfterCommit)
            let call = Task { try await world.client.delete(matching: enqueued) }
            try await eventually("they are deleted") { ids.allSatisfy { world.storage.row($0)?.state == .deleted } }
            #expect(try await world.client.requeue(ids[1]) == .requeued)
            #expect(try await world.end(of: call) == 2)
            #expect(world.storage.calls(.delete) == 2)
            #expect(world.storage.states(ids[1]) == [.enqueued, .deleted, .enqueued])
        }
    }

    @Test func aLookThatFailsIsMadeAgain() async throws {
        try await world.run {
            let ids = try await world.enqueue(3)
            world.storage.fail(.delete, .lostAfterCommit)
            let call = Task { try await world.client.delete(matching: enqueued) }
            try await eventually("they are deleted") { ids.allSatisfy { world.storage.row($0)?.state == .deleted } }
            world.storage.fail(.jobs, .unavailable)
            #expect(try await world.end(of: call) == ids.count)
            #expect(world.storage.calls(.jobs) == 3, "the page, the look that failed, the one that did not")
        }
    }

    @Test func aRunIsToldThatItsJobIsDeletedThoughTheAnswerWasLost() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(world.server(script)) {
            let id = try await world.enqueue()[0]
            try await world.reach(.processing, id)
            world.storage.fail(.delete, .lostAfterCommit)
            let call = Task { try await world.client.delete(matching: JobFilter(states: [.processing])) }
            #expect(try await world.end(of: call) == 1)
            #expect(world.broker.read(\.words).filter { $0 == .deleted(id) }.count == 1)
        }
    }

    @Test func ofSeveralErrorsOneThatLeavesOpenWhetherTheyAreDeletedIsThrown() async throws {
        try await world.run {
            let ids = try await world.enqueue(3)
            world.storage.fail(.delete, .lostAfterCommit)
            let call = Task { try await world.client.delete(matching: enqueued) }
            try await eventually("they are deleted") { ids.allSatisfy { world.storage.row($0)?.state == .deleted } }
            try await expectUnknown(call)
            #expect(world.storage.calls(.delete) > 1, "it was tried again")
            #expect(ids.allSatisfy { world.storage.states($0) == [.enqueued, .deleted] })
        }
    }

    // MARK: Requeueing

    @Test(arguments: losses)
    func whatIsRequeuedIsCountedOnce(losing faults: [FakeStorage.Fault]) async throws {
        try await world.run {
            let ids = try await deletedJobs(503)
            lose(faults, of: .requeue)
            let call = Task { try await world.client.requeue(matching: deleted) }
            #expect(try await world.end(of: call) == ids.count)
            #expect(ids.allSatisfy { world.storage.states($0) == [.enqueued, .deleted, .enqueued] })
            #expect(ids.allSatisfy { world.storage.row($0)?.generation == 2 })
            #expect(world.storage.calls(.requeue) == faults.count + 2)
            // Rows under marks that nobody knows are left to the reconciler.
            let published = faults.contains(.lostAfterCommit) ? 3 : ids.count
            let count = { world.broker.read(\.published).filter { $0.generation == 2 }.count }
            try await eventually("the others are published") { count() == published }
            try await world.settle()
            #expect(count() == published, "and no more than those")
        }
    }

    @Test func ofSeveralErrorsOneThatLeavesOpenWhetherTheyAreRequeuedIsThrown() async throws {
        try await world.run {
            let ids = try await deletedJobs(3)
            world.storage.fail(.requeue, .lostAfterCommit)
            let call = Task { try await world.client.requeue(matching: deleted) }
            try await eventually("they are requeued") { ids.allSatisfy { world.storage.row($0)?.state == .enqueued } }
            try await expectUnknown(call)
            #expect(ids.allSatisfy { world.storage.states($0) == [.enqueued, .deleted, .enqueued] })
        }
    }

    /// It is in the state again in which it was found; only its generation tells.
    @Test func whatIsDeletedBeforeTheRepetitionIsNotRequeuedAgain() async throws {
        try await world.run {
            let ids = try await deletedJobs(3)
            world.storage.fail(.requeue, .lostAfterCommit)
            let call = Task { try await world.client.requeue(matching: deleted) }
            try await eventually("they are requeued") { ids.allSatisfy { world.storage.row($0)?.state == .enqueued } }
            #expect(try await world.client.delete(ids[1]))
            #expect(try await world.end(of: call) == ids.count)
            #expect(world.storage.calls(.requeue) == 2)
            #expect(world.storage.states(ids[1]) == [.enqueued, .deleted, .enqueued, .deleted])
        }
    }

    @Test func whatIsDeletedInsteadIsNotCounted() async throws {
        try await world.run {
            var ids: [JobID] = []
            for _ in 0..<3 {
                ids.append(try await world.client.schedule(Script.Call(text: ""), in: .seconds(600)).id)
            }
            world.storage.fail(.requeue, .lostBeforeCommit)
            let call = Task { try await world.client.requeue(matching: JobFilter(states: [.scheduled])) }
            try await eventually("the first try is made") { world.storage.calls(.requeue) == 1 }
            #expect(try await world.client.delete(ids[1]))
            #expect(try await world.end(of: call) == 2)
            #expect(world.storage.states(ids[1]) == [.scheduled, .deleted])
        }
    }
}
