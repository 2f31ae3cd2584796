import Testing

@testable import Baton

/// The indexes say what a look at every row would say, however rows are changed.
@Suite struct InMemoryRowsTests {
    private static let owners: [ServerEpoch?] = [nil, Sample.epoch(1), Sample.epoch(2)]

    @Test(arguments: Seeds.few)
    func indexesFollowTheRows(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var rows = InMemoryRows()
        for step in 0..<600 {
            let id = Sample.id(Int.random(in: 0..<60, using: &generator))
            if rows[id] == nil {
                let job = NewJob.plain(id, queue: Bool.random(using: &generator) ? "a" : "b")
                rows[id] = InMemoryTables.Row(
                    job: job,
                    state: .scheduled,
                    createdAt: Sample.date(0),
                    stateAt: Sample.date(0)
                )
            }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                rows[id]?.state = .enqueued
                rows[id]?.generation += 1
                rows[id]?.mark = nil
            case 2:
                rows[id]?.mark = PublishMark(
                    session: Sample.session(step % 2),
                    sequence: Int64.random(in: 0..<50, using: &generator)
                )
            case 3, 4:
                rows[id]?.state = .processing
                rows[id]?.owner = Self.owners.randomElement(using: &generator) ?? nil
            case 5, 6:
                rows[id]?.state = .scheduled
                rows[id]?.dueAt = Sample.date(Double.random(in: 0..<9, using: &generator).rounded())
            default: rows[id] = nil
            }
        }
        check(rows)
    }

    private func check(_ rows: InMemoryRows) {
        let all = rows.values
        #expect(rows.count == all.count)
        let enqueued = all.filter { $0.state == .enqueued }
        for queue in ["a", "b", "c"] {
            let expected = enqueued.filter { $0.job.queue == queue }.sorted { $0.ticket < $1.ticket }
            #expect(rows.waiting(queue: queue, name: "sample").map(\.id) == expected.map(\.job.id))
        }
        #expect(Set(enqueued.map(\.ticket)).count == enqueued.count)
        #expect(Set(rows.unmarked.map(\.id)) == Set(enqueued.filter { $0.mark == nil }.map(\.job.id)))
        #expect(Set(rows.markingSessions) == Set(enqueued.compactMap(\.mark?.session)))
        for session in rows.markingSessions {
            let expected = enqueued.filter { $0.mark?.session == session }
            #expect(Set(rows.marked(by: session).map(\.id)) == Set(expected.map(\.job.id)))
            #expect(rows.marked(by: session).map(\.value) == expected.compactMap(\.mark?.sequence).sorted())
        }
        let due = all.filter { $0.state == .scheduled && $0.dueAt != nil }
        #expect(rows.dueQueues == Set(due.map(\.job.queue)).sorted())
        for queue in rows.dueQueues {
            let expected = due.filter { $0.job.queue == queue }
            #expect(Set(rows.due(in: queue).map(\.id)) == Set(expected.map(\.job.id)))
            #expect(rows.due(in: queue).map(\.value) == expected.compactMap(\.dueAt).sorted())
        }
        let processing = all.filter { $0.state == .processing }
        #expect(Set(rows.owners) == Set(processing.map(\.owner)))
        for owner in Self.owners {
            #expect(Set(rows.owned(by: owner).map(\.id)) == Set(processing.filter { $0.owner == owner }.map(\.job.id)))
        }
    }

    @Test func rowsComeInTheOrderInWhichTheyWereStored() {
        var rows = InMemoryRows()
        for number in [5, 3, 9, 1] {
            rows[Sample.id(number)] = InMemoryTables.Row(
                job: .plain(Sample.id(number)),
                state: .scheduled,
                createdAt: Sample.date(0),
                stateAt: Sample.date(0)
            )
        }
        rows[Sample.id(3)] = nil
        rows[Sample.id(5)]?.run = 7
        #expect(rows.values.map(\.job.id) == [5, 9, 1].map(Sample.id))
        #expect(rows.values.map(\.run) == [7, 0, 0])
    }
}
