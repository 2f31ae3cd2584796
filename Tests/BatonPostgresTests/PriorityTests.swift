import Baton
import PostgresClient
import Testing

@testable import BatonPostgres

/// Levels of priority among rows that wait, and on rows that are published.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct PriorityTests {
    private func insert(_ priorities: [Int], isMarked: Bool = false, _ fixture: StorageFixture) async throws -> [NewJob]
    {
        var jobs: [NewJob] = []
        for priority in priorities {
            let job = isMarked ? NewJob.enqueued(priority: priority) : .enqueued(priority: priority, mark: nil)
            #expect(try await fixture.storage.insert([job], isRepeated: false) == [.inserted])
            jobs.append(job)
        }
        return jobs
    }

    private func claim(
        _ levels: [JobPriorityLevel],
        _ limit: Int,
        by owner: ServerEpoch,
        _ number: Int64,
        _ fixture: StorageFixture
    ) async throws -> [JobID] {
        try await fixture.storage.claimWaiting(
            queues: ["mail"],
            names: ["mail.welcome"],
            limit: limit,
            levels: levels,
            owner: owner,
            claim: number
        ).map(\.id)
    }

    @Test(arguments: [false, true])
    func levelsComeInOrderAndAsTheyWaited(isMarked: Bool) async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let jobs = try await insert([0, -5, 3, 11, -1, 9, Int(Int16.max), 0], isMarked: isMarked, fixture).map(\.id)
            let first = try await claim([.low, .urgent, .high, .normal], 3, by: owner, 1, fixture)
            #expect(first == [1, 4, 3].map { jobs[$0] })
            let normal = try await claim([.normal, .low, .high, .urgent], 1, by: owner, 2, fixture)
            #expect(normal == [jobs[0]])
            let rest = try await claim(JobPriorityLevel.descending, 9, by: owner, 3, fixture)
            #expect(rest == [6, 2, 5, 7].map { jobs[$0] })
        }
    }

    /// Within a backlog it is looked on from where the last look ended, for each level by itself.
    @Test func eachLevelIsLookedThroughByItself() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let jobs = (0..<60).map { NewJob.enqueued(priority: [0, 5, -1][$0 % 3], mark: nil) }
            for job in jobs { _ = try await fixture.storage.insert([job], isRepeated: false) }
            var claimed: [JobID] = []
            for number in 0..<12 as Range<Int64> {
                let first = JobPriorityLevel.descending[Int(number) % 4]
                let levels = [first] + JobPriorityLevel.descending.filter { $0 != first }
                claimed += try await claim(levels, 5, by: owner, number, fixture)
            }
            #expect(Set(claimed) == Set(jobs.map(\.id)) && claimed.count == 60)
        }
    }

    @Test func whatIsAdoptedAndPutBackSaysItsLevel() async throws {
        try await withStorage { fixture in
            let jobs = try await insert([12, 0, -1, 4], fixture)
            let adopted = try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .zero)
            #expect(Set(adopted.map(\.message)) == Set(jobs.map { $0.message() }))
        }
    }
}
