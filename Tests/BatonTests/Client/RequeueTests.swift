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
            #expect(watermarks.map(\.confirmedBelow) == [4] && watermarks.map(\.pending) == [[]], "marks are settled")
        }
    }

    /// Whether the row bears the mark nobody knows: nothing is published by it, and the session ends for somebody to look.
    @Test func anAnswerThatIsLostLeavesTheRowToTheReconciler() async throws {
        try await world.run {
            let id = try await deletedJob()
            world.storage.fail(.requeue, .lostAfterCommit)
            let error = await #expect(throws: JobStorageError.self) { try await world.client.requeue(id) }
            #expect(error?.code == .outcomeUnknown)
            #expect(world.storage.row(id)?.state == .enqueued)
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
