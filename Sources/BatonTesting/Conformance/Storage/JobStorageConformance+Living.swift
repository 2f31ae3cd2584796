import Baton

extension JobStorageConformance {
    static let living: [Rule] = [
        Rule(
            "a heartbeat renews the lease",
            "A server lives for a lease from its last heartbeat, and the survey says when that is over (PROTOCOL section 1)."
        ) { subject in
            let (server, other) = (
                try await subject.server(lease: .seconds(1000)), try await subject.server(lease: .seconds(10_000))
            )
            try await subject.advance(.seconds(800))
            let answer = try await subject.storage.heartbeat(server, lease: .seconds(1000), runs: [])
            try Expect.that(answer.isAlive, "a heartbeat within the lease to be taken")
            try await subject.advance(.seconds(800))
            let early = try await subject.storage.survey(unpublishedAge: .zero).expiredServers
            try Expect.equal(early, [], "whose lease is over 800 s after a heartbeat of 1000 s")
            try await subject.advance(.seconds(300))
            let late = try await subject.storage.survey(unpublishedAge: .zero).expiredServers
            try Expect.equal(late, [server], "whose lease is over after 1100 s, \(other) having 10,000 s")
        },
        Rule(
            "a heartbeat tells a dead epoch",
            "The heartbeat of an epoch without a server row is refused, and makes none (PROTOCOL section 3)."
        ) { subject in
            let (unknown, gone) = (subject.epoch(), try await subject.server())
            try await subject.bury(gone)
            for epoch in [unknown, gone, unknown] {
                let answer = try await subject.storage.heartbeat(epoch, lease: JobStorageSubject.longLease, runs: [])
                try Expect.equal(answer.isAlive, false, "whether an epoch without a row is alive")
            }
        },
        Rule(
            "no two renewals have the same name",
            "Each renewal is told by a name of its own, for offers to rest on (HeartbeatAnswer.renewal)."
        ) { subject in
            let server = try await subject.server()
            var names: Set<Int64> = []
            for _ in 0..<5 {
                let answer = try await subject.storage.heartbeat(server, lease: JobStorageSubject.longLease, runs: [])
                names.insert(try Expect.value(answer.renewal, "a renewal's name"))
                try await subject.advance(.milliseconds(1))
            }
            try Expect.equal(names.count, 5, "how many names five renewals have")
        },
        Rule(
            "the audit finds runs without a row",
            "A heartbeat tells which of the server's runs are no longer its own, by job and claim (PROTOCOL move 6)."
        ) { subject in
            let (me, other) = (try await subject.server(), try await subject.server())
            let held = try await subject.running(by: me, claim: 1)
            let deleted = try await subject.running(by: me, claim: 2)
            _ = try await subject.storage.delete(deleted.id, reason: nil)
            let others = try await subject.running(by: other, claim: 3)
            let again = try await subject.running(by: me, claim: 5)
            let lost = [
                deleted.owned, others.owned, OwnedRun(id: again.id, claim: 4),
                OwnedRun(id: subject.environment.makeJobID(), claim: 6),
            ]
            let answer = try await subject.storage.heartbeat(
                me,
                lease: JobStorageSubject.longLease,
                runs: [held.owned] + lost
            )
            try Expect.same(answer.lostRuns, lost, "the runs that are lost")
        },
        Rule(
            "the audit finds rows without a run",
            "A heartbeat tells every row of the epoch, so that the server sees those it does not run (PROTOCOL move 6)."
        ) { subject in
            let (me, other) = (try await subject.server(), try await subject.server())
            let runs = [try await subject.running(by: me, claim: 1), try await subject.running(by: me, claim: 2)]
            _ = try await subject.running(by: other)
            let ended = try await subject.running(by: me, claim: 3)
            try await subject.end(ended, .succeeded(result: nil), by: me)
            // It need not look each time, but it must not never look.
            for _ in 0..<5 {
                let answer = try await subject.storage.heartbeat(
                    me,
                    lease: JobStorageSubject.longLease,
                    runs: [runs[0].owned]
                )
                if let owned = answer.ownedRuns {
                    return try Expect.same(owned, runs.map(\.owned), "the rows of the epoch")
                }
                try await subject.advance(.seconds(120))
            }
            throw ConformanceMismatch(expected: "the rows of the epoch in one of five heartbeats", found: "none")
        },
        Rule(
            "what is not run is put back",
            "A row that its server does not run returns with generation + 1 and its attempt given back (PROTOCOL move 6)."
        ) { subject in
            let me = try await subject.server()
            let runs = [try await subject.running(by: me, claim: 1), try await subject.running(by: me, claim: 2)]
            let stale = try await subject.running(by: me, claim: 4)
            let marks = try await subject.marks(3)
            let dispatches = try await subject.storage.putBackUnheld(
                runs.map(\.owned) + [OwnedRun(id: stale.id, claim: 3)],
                owner: me,
                marks: marks
            )
            try Expect.same(
                dispatches.map(\.message),
                runs.map { DispatchMessage(id: $0.id, generation: 2, queue: $0.queue, name: $0.name) },
                "what is to be published"
            )
            let numbers = Set(dispatches.map(\.sequence))
            try Expect.that(
                numbers.count == 2 && numbers.isSubset(of: Set(marks.sequences)),
                "a mark of its own for each",
                found: numbers
            )
            for run in runs {
                let stored = try await subject.snapshot(run.id)
                try Expect.equal(stored.state, .enqueued, "the state")
                try Expect.equal(
                    [stored.generation, stored.run, stored.attempt],
                    [2, 1, 0],
                    "generation, run, attempt"
                )
                let last = try await subject.storage.history(of: run.id).last
                try Expect.that(last?.reason != nil, "a reason in the history", found: "\(String(describing: last))")
            }
            try await subject.expect(stale.id, in: .processing, "the state of a row with another claim")
            let late = try await subject.storage.complete([runs[0].ending(.succeeded(result: nil))], owner: me)
            try Expect.equal(late, [.fenced(.superseded)], "the end of a run that was put back")
        },
        Rule(
            "a server that left is off the list",
            "A deregistered server is not waited for any more; its lease is nobody's concern (JobStorage.deregister)."
        ) { subject in
            let server = try await subject.server(lease: .seconds(10))
            try await subject.storage.deregister(server)
            try await subject.advance(.seconds(60))
            let expired = try await subject.storage.survey(unpublishedAge: .zero).expiredServers
            try Expect.equal(expired, [], "whose lease is over")
            try await subject.storage.deregister(server)
        },
    ]
}
