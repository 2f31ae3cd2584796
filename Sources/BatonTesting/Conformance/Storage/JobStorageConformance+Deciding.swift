import Baton

extension JobStorageConformance {
    static let deciding: [Rule] = [
        Rule(
            "a snooze spends no attempt and keeps errors",
            "A job that snoozes waits for its while with its attempt given back; its run was one, and the last error stays."
        ) { subject in
            let owner = try await subject.server()
            let first = try await subject.running(by: owner)
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let message = try await subject.promotedMessage("the retry to be due")
            let second = try await subject.claim(message, by: owner, 2)
            try await subject.end(second, .snoozed(after: .seconds(60), reason: "Snoozed: closed"), by: owner)
            let stored = try await subject.snapshot(first.id)
            try Expect.equal(stored.state, .scheduled, "the state")
            try Expect.equal([stored.run, stored.attempt], [2, 1], "run and attempt")
            try Expect.equal(stored.failure, JobStorageSubject.failure, "the error of the attempt before")
            try stored.expectDue(after: 60)
            let entry = try await subject.storage.history(of: first.id).last
            try Expect.equal(entry?.reason, "Snoozed: closed", "the reason")
            try Expect.equal(entry.map { [$0.run, $0.attempt] }, [2, 1], "run and attempt of the history")
        },
        Rule(
            "a discard ends the job",
            "A job that its own code discards is deleted with the reason; the last error stays, and no claim succeeds (I4)."
        ) { subject in
            let owner = try await subject.server()
            let first = try await subject.running(by: owner)
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let message = try await subject.promotedMessage("the retry to be due")
            let second = try await subject.claim(message, by: owner, 2)
            try await subject.end(second, .deleted(nil, reason: "Discarded: left"), by: owner)
            let stored = try await subject.snapshot(first.id)
            try Expect.equal(stored.state, .deleted, "the state")
            try Expect.equal([stored.run, stored.attempt], [2, 2], "run and attempt")
            try Expect.equal(stored.failure, JobStorageSubject.failure, "the error of the attempt before")
            let entry = try await subject.storage.history(of: first.id).last
            try Expect.equal(entry?.reason, "Discarded: left", "the reason")
            try Expect.equal(entry?.server, owner, "the server of the history")
            let claims = try await subject.storage.claim([message], owner: owner, claim: 3)
            try Expect.equal(claims, [.refused(.superseded)], "a claim after it")
        },
        Rule(
            "attempts used up can delete, with the error",
            "A job that is deleted because its attempts are used up keeps the last error, and all of them in its history."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            try await subject.end(run, .deleted(JobStorageSubject.failure, reason: "Attempts used up"), by: owner)
            let stored = try await subject.snapshot(run.id)
            try Expect.equal(stored.state, .deleted, "the state")
            try Expect.equal(stored.failure, JobStorageSubject.failure, "the error")
            let entry = try await subject.storage.history(of: run.id).last
            try Expect.equal(entry?.reason, "Attempts used up", "the reason")
            let data = entry?.data?.text ?? ""
            try Expect.equal(data.contains(JobStorageSubject.failure.message), true, "the error in the history")
        },
        Rule(
            "what an enqueue says of retries comes with the claim",
            """
            Retry options, and where a job was enqueued, stay with it: at once ready or later, alone or beside jobs that say \
            nothing, after a retry.
            """
        ) { subject in
            let owner = try await subject.server()
            let said: [RetryOptions?] = [
                RetryOptions(delays: .fixed([.milliseconds(1_500), .seconds(60)]), whenExhausted: .delete), nil,
                RetryOptions(delays: .exponential(initial: .milliseconds(250), factor: 1.5, jitter: 0.25)),
                RetryOptions(delays: .hangfire), RetryOptions(whenExhausted: .fail),
            ]
            var jobs = try await subject.jobs(said.count)
            for index in jobs.indices { jobs[index].retry = said[index] }
            let traced = [nil, Self.trace, nil, Self.trace, nil]
            for index in jobs.indices { jobs[index].trace = traced[index] }
            try await subject.store(jobs)
            let claims = try await subject.storage.claim(jobs.map { $0.message() }, owner: owner, claim: 1)
            try Expect.equal(claims.map(\.job?.retry), said, "what is said of jobs stored together")
            try Expect.equal(claims.map(\.job?.trace), traced, "where jobs stored together were enqueued")

            var alone = try await subject.jobs(1)
            alone[0].retry = said[0]
            let repeated = try await subject.storage.insert(alone, isRepeated: true)
            try Expect.equal(repeated, [.inserted], "what became of a repeat")
            let first = try await subject.claim(alone[0].message(), by: owner, 2)
            try Expect.equal(first.retry, said[0], "what is said of a job stored by a repeat")
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let again = try await subject.claim(
                try await subject.promotedMessage("the retry to be due"),
                by: owner,
                3
            )
            try Expect.equal(again.retry, said[0], "what is said of it at its next attempt")
            try await subject.end(again, .succeeded(result: nil), by: owner)

            var later = subject.job(.after(.zero))
            later.retry = said[2]
            later.trace = Self.trace
            try await subject.store([later])
            let late = try await subject.claim(
                try await subject.promotedMessage("the delayed job to be due"),
                by: owner,
                4
            )
            try Expect.equal(late.retry, said[2], "what is said of a delayed job")
            try Expect.equal(late.trace, Self.trace, "where a delayed job was enqueued")
        },
    ]

    static let trace = TraceContext(
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        tracestate: #"vendor="a\b""#
    )

    static let reporting: [Rule] = [
        Rule(
            "progress is kept with its run",
            "Of a run's reports the last shows, also when it has ended; the next run begins without one."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            for progress in [JobProgress(0.25, "reading"), JobProgress(0.5)] {
                try await subject.storage.saveProgress(
                    [RunProgress(run: run.owned, progress: progress)],
                    owner: owner
                )
                try Expect.equal(try await subject.snapshot(run.id).progress, progress, "the progress")
            }
            try await subject.storage.saveProgress(
                [RunProgress(run: run.owned, progress: JobProgress(1, "“done”\n"))],
                owner: owner
            )
            try await subject.end(run, JobStorageSubject.retry, by: owner)
            let ended = try await subject.snapshot(run.id)
            try Expect.equal(ended.progress, JobProgress(1, "“done”\n"), "the progress of a run that has ended")
            let entries = try await subject.storage.history(of: run.id)
            try Expect.equal(entries.map(\.state), [.enqueued, .processing, .scheduled], "the history")
            let message = try await subject.promotedMessage("the retry to be due")
            _ = try await subject.claim(message, by: owner, 2)
            try Expect.equal(try await subject.snapshot(run.id).progress, nil, "the progress of the next run")
        },
        Rule(
            "the progress of another run is passed over",
            "Progress counts only where owner and claim both match, as an end does, and changes nothing otherwise."
        ) { subject in
            let owner = try await subject.server()
            let (mine, ended) = (
                try await subject.running(by: owner, claim: 5), try await subject.running(by: owner, claim: 6)
            )
            try await subject.end(ended, .succeeded(result: nil), by: owner)
            var earlier = mine.owned
            earlier.claim = 4
            try await subject.storage.saveProgress(
                [earlier, ended.owned].map { RunProgress(run: $0, progress: JobProgress(0.5)) },
                owner: owner
            )
            try Expect.equal(try await subject.snapshot(mine.id).progress, nil, "the progress said of an earlier claim")
            try Expect.equal(try await subject.snapshot(ended.id).progress, nil, "the progress said after the end")
        },
    ]
}
