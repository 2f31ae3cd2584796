import Testing

@testable import Baton

@Suite struct BulkTests {
    private let storage = InMemoryStorage()

    private func withJobs(_ body: (JobClient, [JobID]) async throws -> Void) async throws {
        try await withJobClient(storage: storage, logger: World.logger) { client in
            // More than one part.
            let calls = (0..<1_203).map { Script.Call(text: "\($0)") }
            try await body(client, try await client.enqueue(contentsOf: calls).map(\.id))
        }
    }

    private func ids(in states: JobState...) -> Set<JobID> {
        storage.read { tables in Set(tables.rows.values.filter { states.contains($0.state) }.map(\.job.id)) }
    }

    @Test func whatMatchesIsDeletedAndRequeuedAndNothingElse() async throws {
        try await withJobs { client, ids in
            let other = try await client.enqueue(Script.Call(text: ""), options: JobOptions(queue: "other")).id
            let all = JobFilter(states: [.enqueued], queue: "default")
            #expect(try await client.delete(matching: all, reason: "not wanted") == ids.count)
            #expect(self.ids(in: .deleted) == Set(ids))
            #expect(self.ids(in: .enqueued) == [other])
            #expect(try await client.delete(matching: all) == 0)
            #expect(try await client.delete(matching: JobFilter(states: [.deleted])) == 0)

            #expect(try await client.requeue(matching: JobFilter(states: [.failed])) == 0)
            #expect(try await client.requeue(matching: JobFilter(ids: [ids[7]])) == 1)
            let deleted = JobFilter(states: [.deleted], name: Script.Call.name)
            #expect(try await client.requeue(matching: deleted, reason: "after all") == ids.count - 1)
            #expect(self.ids(in: .enqueued) == Set(ids + [other]))
            #expect(storage.read { tables in ids.allSatisfy { tables.rows[$0]?.generation == 2 } })
            let history = try await storage.history(of: ids[0])
            #expect(history.map(\.reason) == [nil, "not wanted", "after all"])
        }
    }
}
