import Foundation
import Testing

@testable import Baton

@Suite struct RetentionProcessTests {
    private let world = World()

    private func server(_ retention: RetentionPolicy?) throws -> JobServer {
        try world.server(configure: { $0.retention = retention }, Script())
    }

    /// Lets minutes pass at once: nobody's part in this takes any notice of what lies between.
    private func skip(_ minutes: Int) async throws {
        world.clock.jump(by: .seconds(minutes * 60))
        try await world.settle()
    }

    @Test func aServerRemovesJobsWhoseTimeIsOver() async throws {
        try await world.run(server(RetentionPolicy(RetentionTimes(succeeded: .seconds(7200))))) {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            try await world.reach(.succeeded, job.id)
            for _ in 0..<6 { try await skip(10) }
            #expect(world.storage.row(job.id)?.state == .succeeded)
            try await eventually("it is removed") {
                try? await skip(10)
                return world.storage.row(job.id) == nil
            }
            let jobs = try await world.storage.inner.statistics(by: .hour, since: .distantPast, limit: 10).map(\.jobs)
            #expect(jobs == [1])
        }
    }

    @Test func aFailedLookIsRepeated() async throws {
        world.storage.fail(.retain, .unavailable, .lostAfterCommit)
        try await world.run(server(RetentionPolicy(RetentionTimes(succeeded: .seconds(3600))))) {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            try await world.reach(.succeeded, job.id)
            try await eventually("it is removed") {
                try? await skip(10)
                return world.storage.row(job.id) == nil
            }
        }
    }

    @Test func aServerWithoutRetentionNeverLooks() async throws {
        try await world.run(server(nil)) {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            try await world.reach(.succeeded, job.id)
            for _ in 0..<24 { try await skip(10) }
            #expect(world.storage.calls[.retain, default: 0] == 0)
            #expect(world.storage.row(job.id)?.state == .succeeded)
        }
    }

    @Test(arguments: [
        RetentionTimes(succeeded: .seconds(60)), RetentionTimes(deleted: .zero), RetentionTimes(failed: .seconds(3599)),
    ])
    func aTimeThatIsTooShortIsRefused(_ times: RetentionTimes) async throws {
        for policy in [RetentionPolicy(times), RetentionPolicy(timesByName: ["script": times])] {
            #expect(throws: JobServerError.self) { try server(policy) }
        }
    }

    /// Else a long life would fill the memory with rows that are gone.
    @Test func removedRowsLeaveNoRoomBehind() {
        var rows = InMemoryRows()
        for number in 0..<1000 {
            let job = NewJob.plain(Sample.id(number), queue: "a")
            rows[job.id] = InMemoryTables.Row(
                job: job,
                state: .succeeded,
                createdAt: Sample.date(0),
                stateAt: Sample.date(Double(number))
            )
        }
        for number in 0..<990 { rows[Sample.id(number)] = nil }
        rows.compact()
        #expect(rows.keys == (990..<1000).map { Sample.id($0) })
        #expect(rows.ended.map(\.id) == rows.keys)
        rows[Sample.id(995)]?.state = .enqueued
        #expect(rows[Sample.id(995)]?.state == .enqueued && rows.ended.count == 9)
        #expect(rows.waiting(queue: "a", name: "sample").map(\.id) == [Sample.id(995)])
    }
}
