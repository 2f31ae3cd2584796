import Baton

extension JobStorageConformance {
    static let starting: [Rule] = [
        Rule(
            "a job is claimed as it is stored",
            "A job can be a server's from the start, with the history of both steps (PROTOCOL move 7); or it is not stored."
        ) { subject in
            let owner = try await subject.server()
            var jobs = try await subject.jobs(3)
            jobs[1].retry = RetryOptions(whenExhausted: .delete)
            jobs[1].timeout = .seconds(7)
            jobs[2].queue = "default"
            for batch in [[jobs[0]], [jobs[1], jobs[2]]] {
                let started = try await subject.storage.insert(batch, owner: owner, claim: 5)
                if started.isEmpty {
                    for job in batch {
                        let found = try await subject.storage.job(job.id)
                        try Expect.equal(found?.state, nil, "a job that was not stored")
                    }
                    continue
                }
                try Expect.equal(started.map(\.id), batch.map(\.id), "the jobs that start, in order")
                for (run, job) in zip(started, batch) {
                    try Expect.equal([run.generation, run.run, run.attempt], [1, 1, 1], "generation, run and attempt")
                    try Expect.equal([run.name, run.queue], [job.name, job.queue], "name and queue")
                    try Expect.equal(run.retry, job.retry, "what is said of retries")
                    try Expect.equal(run.timeout, job.timeout, "the timeout")
                    let history = try await subject.storage.history(of: job.id)
                    try Expect.equal(history.map(\.state), [.enqueued, .processing], "its history")
                    try Expect.equal(history.last?.server, owner, "the server in its history")
                    let snapshot = try await subject.snapshot(job.id)
                    try Expect.equal(snapshot.maximumAttempts, job.maximumAttempts, "its attempts")
                    try await subject.end(run, .succeeded(result: nil), by: owner)
                    try await subject.expect(job.id, in: .succeeded, "the state of the job")
                }
            }
        },
        Rule(
            "what started has its fence",
            "A repeated insert finds a job that started; nobody claims it, and its server's audit puts it back (PROTOCOL I1)."
        ) { subject in
            let owner = try await subject.server()
            let other = try await subject.server()
            let jobs = try await subject.jobs(1)
            let started = try await subject.storage.insert(jobs, owner: owner, claim: 1)
            guard let run = started.first else { return }
            let repeated = try await subject.storage.insert(jobs, isRepeated: true)
            try Expect.equal(repeated, [.duplicate], "the repeat of a job that started")
            let message = DispatchMessage(id: run.id, generation: 1, queue: run.queue, name: run.name)
            let claims = try await subject.storage.claim([message], owner: other, claim: 1)
            try Expect.that(claims.first?.job == nil, "a claim of what started elsewhere to fail")
            let mine = try await subject.storage.claim([message], owner: owner, claim: 2)
            try Expect.equal(mine, [.refused(.mine(run))], "a claim of what its own server started")
            try await subject.end(run, .succeeded(result: nil), by: owner)
            try await subject.expect(run.id, in: .succeeded, "the state of the job")
        },
        Rule(
            "the dead start nothing",
            "No job is a server's from the start whose epoch is certified dead, or unknown; it is not stored then."
        ) { subject in
            let dead = try await subject.server()
            try await subject.bury(dead)
            for owner in [dead, subject.epoch()] {
                let jobs = try await subject.jobs(1)
                let started = try await subject.storage.insert(jobs, owner: owner, claim: 1)
                try Expect.equal(started.map(\.id), [], "what starts for an epoch that is not alive")
                let found = try await subject.storage.job(jobs[0].id)
                try Expect.equal(found?.state, nil, "a job of an epoch that is not alive")
                try await subject.store(jobs)
                try await subject.expect(jobs[0].id, in: .enqueued, "the state of the job, enqueued after all")
            }
        },
    ]
}
