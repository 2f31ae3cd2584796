import Baton

extension JobStorageConformance {
    static let recurring: [Rule] = [
        Rule(
            "an entry is kept as it is set",
            "An entry is shown as it was set, and all are shown by id (RecurringStorage.setRecurring)."
        ) { subject in
            let first = try await subject.entry(subject.definition("b"), dueIn: 600)
            let second = try await subject.entry(subject.definition("a"), dueIn: 600)
            try Expect.equal(first.definition, subject.definition("b"), "what is set")
            try Expect.equal(try await subject.record("b"), first, "what is shown")
            try Expect.equal(try await subject.storage.recurringRecords(), [second, first], "all, by id")
            try Expect.equal(try await subject.storage.recurring("c"), nil, "an entry that is not there")
        },
        Rule(
            "setting the same again changes nothing",
            "With everything the same nothing changes; with the same schedule the next occurrence stays (RecurringStorage)."
        ) { subject in
            let record = try await subject.entry(subject.definition(), dueIn: 600)
            let later = try await subject.date(in: 900)
            let same = try await subject.storage.setRecurring(subject.definition(), nextAt: later)
            try Expect.equal(same, RecurringSetting(record: record, isChanged: false), "the same again")
            let other = subject.definition(arguments: #"{"day": 2}"#)
            let changed = try await subject.storage.setRecurring(other, nextAt: later)
            try Expect.that(changed.isChanged, "other arguments to be a change")
            try Expect.equal(changed.record.nextAt, record.nextAt, "the next occurrence")
            try Expect.that(changed.record.revision != record.revision, "another revision")
            let moved = try await subject.storage.setRecurring(subject.definition(schedule: "@daily"), nextAt: later)
            try Expect.equal(moved.record.nextAt, try await subject.record().nextAt, "what is shown")
            try Expect.that(moved.record.nextAt != record.nextAt, "another next occurrence with another schedule")
        },
        Rule(
            "a removed entry leaves its jobs",
            "Removing an entry takes its occurrences along and leaves its jobs (RecurringStorage.removeRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let firing = try await subject.decide([try Expect.value(record.nextAt, "a next occurrence")])
            try Expect.equal(try await subject.storage.removeRecurring("digest"), true, "whether it was there")
            try Expect.equal(try await subject.storage.removeRecurring("digest"), false, "whether it is there")
            try Expect.equal(try await subject.storage.recurring("digest"), nil, "the entry")
            let job = try Expect.value(firing.dispatches.first, "its job").message.id
            try await subject.expect(job, in: .enqueued, "the state of its job")
            _ = try await subject.entry(subject.definition())
            try Expect.equal(try await subject.outcomes(), [], "the history of a new one")
        },
        Rule(
            "a paused entry is not due",
            """
            A paused entry is not due until it is resumed as it stands, and then from the given occurrence on \
            (RecurringStorage).
            """
        ) { subject in
            let record = try await subject.entry(subject.definition())
            try Expect.equal(try await subject.storage.pauseRecurring("digest"), true, "whether it is there")
            try Expect.equal(try await subject.storage.pauseRecurring("none"), false, "whether another is there")
            let due = try await subject.storage.dueRecurring(limit: 10)
            try Expect.equal(due.records, [], "what is due")
            try Expect.equal(due.nextDue, nil, "when to ask again")
            let plan = try await subject.plan(record, [])
            let firing = try await subject.storage.advanceRecurring([plan], marks: try await subject.marks())
            try Expect.equal(firing.advanced, 0, "how many go on that were paused meanwhile")
            let next = try await subject.date(in: -1)
            let (storage, revision) = (subject.storage, try await subject.record().revision)
            let early = try await storage.resumeRecurring("digest", revision: record.revision, nextAt: next)
            try Expect.equal(early, false, "whether it goes on from another revision")
            try Expect.equal(try await subject.record().isPaused, true, "whether it is still paused")
            let isResumed = try await storage.resumeRecurring("digest", revision: revision, nextAt: next)
            try Expect.equal(isResumed, true, "whether it goes on")
            try Expect.equal(try await subject.storage.dueRecurring(limit: 10).records.count, 1, "how many are due")
            try Expect.equal(try await subject.record().isPaused, false, "whether it is paused")
        },
        Rule(
            "a disabled entry is not due until it is set",
            "An entry is disabled at the revision that cannot be read, alone, and enabled by setting it (RecurringStorage)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            _ = try await subject.entry(subject.definition("other"))
            let (storage, revision) = (subject.storage, record.revision)
            let early = try await storage.disableRecurring("digest", revision: revision &+ 1, error: "broken")
            try Expect.equal(early, false, "whether it is disabled at another revision")
            let isDisabled = try await storage.disableRecurring("digest", revision: revision, error: "broken")
            try Expect.equal(isDisabled, true, "whether it is disabled")
            try Expect.equal(try await subject.record().error, "broken", "its error")
            let due = try await storage.dueRecurring(limit: 10).records.map(\.definition.id)
            try Expect.equal(due, ["other"], "what is due")
            let later = try await subject.date(in: 900)
            let set = try await storage.setRecurring(subject.definition(), nextAt: later)
            try Expect.equal(set.record.error, nil, "its error when it is set again")
            try Expect.that(set.isChanged && set.record.nextAt != record.nextAt, "to go on from now", found: set)
        },
        Rule(
            "old occurrences are trimmed",
            "So many of the latest occurrences of each entry are left, in bounded batches (RecurringStorage)."
        ) { subject in
            for id in ["a", "b"] {
                _ = try await subject.entry(subject.definition(id))
                for second in -5 ... -1 {
                    _ = try await subject.decide([try await subject.date(in: Double(second))], of: id)
                }
            }
            let latest = try await subject.storage.recurringHistory(of: "a", limit: 2)
            let removed = try await [
                subject.storage.trimRecurringHistory(keeping: 2, limit: 4),
                subject.storage.trimRecurringHistory(keeping: 2, limit: 4),
                subject.storage.trimRecurringHistory(keeping: 2, limit: 4),
            ]
            try Expect.equal(removed, [4, 2, 0], "how many are removed")
            try Expect.equal(try await subject.storage.recurringHistory(of: "a", limit: 10), latest, "what is left")
        },
    ]
}
