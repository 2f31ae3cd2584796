import Testing

@testable import Baton

@Suite struct RequeueTests {
    private let world = World()

    /// A job that was deleted, so that no server is needed.
    private func deletedJob() async throws -> JobID {
        let job = try await world.client.enqueue(Script.Call(text: "again"))
        #expect(try await world.client.delete(job.id))
        try await eventually("it is published") { world.broker.depth == 1 }
        return job.id
    }

    @Test func aRequeuedJobIsPublishedAndRunsAgain() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let job = try await world.client.enqueue(Script.Call(text: "again"))
            try await world.reach(.succeeded, job.id)
            #expect(try await world.client.requeue(job.id, reason: "by hand") == .requeued)
            try await eventually("it runs again") { world.storage.row(job.id)?.run == 2 }
            try await world.reach(.succeeded, job.id)
            let history = try await job.history()
            #expect(
                history.map(\.state)
                    == [.enqueued, .processing, .succeeded, .enqueued, .processing, .succeeded]
            )
            #expect(history[3].reason == "by hand" && history[3].attempt == 0)
        }
    }

    @Test func whatWaitsInItsQueueIsNotRequeued() async throws {
        try await world.run {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            #expect(try await world.client.requeue(job.id) == .refused(.enqueued))
            #expect(try await world.client.requeue(JobID(uuidv7: 1, random: (1, 1))) == .missing)
            try await eventually("it is published once") { world.broker.depth == 1 }
            try await world.advance(by: .seconds(4))
            #expect(world.broker.read(\.published).count == 1)
            let watermarks = world.storage.read { $0.sessions.values.map(\.watermark) }
            #expect(
                watermarks.map(\.confirmedBelow) == [2] && watermarks.map(\.pending) == [[]],
                "and none was taken for them"
            )
        }
    }

    @Test func whatIsNotAsExpectedIsNotRequeued() async throws {
        try await world.run {
            let id = try await deletedJob()
            #expect(try await world.client.requeue(id, expecting: .failed) == .refused(.deleted))
            #expect(world.storage.row(id)?.generation == 1)
            #expect(try await world.client.requeue(id, expecting: .deleted) == .requeued)
        }
    }

    @Test(arguments: [FakeStorage.Fault.unavailable, .lostBeforeCommit])
    func whatHasNotReachedStorageIsTriedAgain(fault: FakeStorage.Fault) async throws {
        try await world.run {
            let id = try await deletedJob()
            world.storage.fail(.requeue, fault)
            let requeue = Task { try await world.client.requeue(id) }
            try await advancing(until: "it is requeued") { world.storage.row(id)?.generation == 2 }
            #expect(try await world.end(of: requeue) == .requeued)
        }
    }

    /// As if the retry came so late that the job has run meanwhile, and ended.
    @Test func aLostAnswerDoesNotRunAJobTwice() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let job = try await world.client.enqueue(Script.Call(text: "again"))
            try await world.reach(.succeeded, job.id)
            world.storage.fail(.requeue, .lostAfterCommit)
            for _ in 0..<5 { world.storage.fail(.job, .unavailable) }
            let requeue = Task {
                // The first look is for the generation.
                try await world.client.requeue(job.id)
            }
            try await advancing(until: "it has run again, and ended") {
                world.storage.row(job.id).map { $0.run == 2 && $0.state == .succeeded } ?? false
            }
            #expect(try await world.end(of: requeue) == .requeued)
            try await world.advance(by: .seconds(60))
            #expect(world.storage.row(job.id)?.run == 2)
        }
    }

    @Test func patienceEnds() async throws {
        try await world.run {
            let id = try await deletedJob()
            world.storage.isDown = true
            let requeue = Task {
                await #expect(throws: JobStorageError.self) { try await world.client.requeue(id) }?.code
            }
            let hasEnded = Shared(false)
            let code = Task {
                defer { hasEnded.change { $0 = true } }
                return await requeue.value
            }
            try await advancing(until: "it gives up") { hasEnded.value }
            #expect(await code.value == .unavailable)
        }
    }

    private func advancing(until what: Comment, _ holds: () -> Bool) async throws {
        try await eventually(what) {
            try? await world.advance(by: .milliseconds(500))
            return holds()
        }
    }

    /// Whether the row bears the mark nobody knows: nothing is published by it, and the session ends for somebody to look.
    @Test func anAnswerThatIsLostLeavesTheRowToTheReconciler() async throws {
        try await world.run {
            let id = try await deletedJob()
            world.storage.fail(.requeue, .lostAfterCommit)
            let requeue = Task { try await world.client.requeue(id) }
            try await advancing(until: "it is requeued") { world.storage.row(id)?.state == .enqueued }
            #expect(try await world.end(of: requeue) == .requeued)
            #expect(world.storage.row(id)?.generation == 2)
            #expect(try await world.client.requeue(id) == .refused(.enqueued))
            try await world.advance(by: .seconds(60))
            #expect(world.broker.depth == 1, "only the message of the first generation is there")
            #expect(try await world.storage.survey(unpublishedAge: .seconds(20)).hasUnpublished)
        }
    }

    @Test func withoutATransportItBearsNoMark() async throws {
        let world = World(hasTransport: false)
        try await world.run {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            #expect(try await world.client.delete(job.id))
            #expect(try await world.client.requeue(job.id) == .requeued)
            let row = try #require(world.storage.row(job.id))
            #expect(row.state == .enqueued && row.mark == nil && row.generation == 2)
        }
    }
}
