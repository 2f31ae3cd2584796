import Baton

extension JobStorageConformance {
    static let prioritizing: [Rule] = [
        Rule(
            "levels come as they are asked for",
            "Of a queue one level is claimed after the other, in the order that is asked for (JobStorage.claimWaiting)."
        ) { subject in
            let owner = try await subject.server()
            let priorities = [0, -3, 5, 12, 0, 10, -1, 1]
            let jobs = try await subject.waiting(priorities)
            func claim(_ levels: [JobPriorityLevel], _ limit: Int, _ number: Int64) async throws -> [Int] {
                let claimed = try await subject.storage.claimWaiting(
                    queues: ["mail"],
                    names: ["mail.welcome"],
                    limit: limit,
                    levels: levels,
                    owner: owner,
                    claim: number
                )
                return claimed.compactMap { job in jobs.firstIndex { $0.id == job.id } }.map { priorities[$0] }
            }
            let lowFirst = try await claim([.low, .urgent, .high, .normal], 3, 1)
            try Expect.equal(lowFirst, [-3, -1, 12], "what is claimed when low ones come first")
            let normalFirst = try await claim([.normal, .low, .high, .urgent], 2, 2)
            try Expect.equal(normalFirst, [0, 0], "what is claimed when normal ones come first")
            let rest = try await claim([.normal, .low, .high, .urgent], 9, 3)
            try Expect.equal(rest, [5, 1, 10], "what is claimed of the rest")
        },
        Rule(
            "what is published says its level",
            "Wherever a row is to be published, the level of its job's priority is told (DispatchMessage.level)."
        ) { subject in
            let priorities = [12, 0, -1, 3]
            let jobs = priorities.map { subject.prioritized($0, .after(.zero)) }
            try await subject.store(jobs)
            try await subject.advance(.milliseconds(2))
            let promoted = try await subject.promoted().map(\.message)
            let expected = jobs.map { $0.message(level: JobPriorityLevel($0.priority)) }
            try Expect.same(promoted, expected, "what is promoted")
        },
        Rule(
            "what is adopted says its level",
            "Who publishes a row for another tells the level of its job's priority, too (PublisherStorage.adoptUnpublished)."
        ) { subject in
            let jobs = [12, 0, -1].map { subject.prioritized($0, .enqueued(nil)) }
            try await subject.store(jobs)
            let adopted = try await subject.storage.adoptUnpublished(
                marks: try await subject.marks(),
                unpublishedAge: .zero
            )
            let expected = jobs.map { $0.message(level: JobPriorityLevel($0.priority)) }
            try Expect.same(adopted.map(\.message), expected, "what is adopted")
        },
    ]
}

extension JobStorageSubject {
    fileprivate func prioritized(_ priority: Int, _ start: NewJob.Start) -> NewJob {
        var job = job(start)
        job.priority = priority
        return job
    }

    /// Jobs that wait without a mark, one after the other.
    fileprivate func waiting(_ priorities: [Int]) async throws -> [NewJob] {
        var jobs: [NewJob] = []
        for priority in priorities {
            jobs.append(prioritized(priority, .enqueued(nil)))
            try await store(jobs.suffix(1))
            try await advance(.milliseconds(2))
        }
        return jobs
    }
}
