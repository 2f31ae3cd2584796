import Baton
import BatonTesting
import Foundation
import Testing

@Suite("Filters", .timeLimit(.minutes(15)))
struct FilterTests {
    private func kit(
        _ filters: JobFilters,
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration] = { [JobRegistration(Script())] }
    ) throws -> JobTestKit {
        var configuration = JobClientConfiguration()
        configuration.filters = filters
        return try JobTestKit(configuration: configuration, registrations)
    }

    // MARK: Order

    /// The only test that uses this job, whose filter is the type's.
    @Test("The filters of all jobs are around the job's own, which have the last word and hear of the end last")
    func order() async throws {
        let sightings = Filtered.sightings
        let kit = try kit([
            Scribe(name: "one", sightings: sightings), Scribe(name: "two", sightings: sightings),
        ]) { Filtered.self }
        try await kit.jobs.enqueue(Filtered(stumbles: 1))
        #expect(
            sightings.take() == [
                "one will create kit.filtered", "two will create kit.filtered", "own will create kit.filtered",
                "own did create kit.filtered", "two did create kit.filtered", "one did create kit.filtered",
            ]
        )
        try await kit.drain()
        #expect(
            sightings.take() == [
                "one begins 1", "two begins 1", "own begins 1", "job runs", "own ends 1", "two ends 1", "one ends 1",
                "one elects after bad luck", "two elects after bad luck", "own elects after bad luck",
                "one hears of scheduled", "two hears of scheduled", "own hears of scheduled",
            ]
        )
        let summary = try await kit.drain(withScheduled: true)
        #expect(summary.succeeded == 1)
        #expect(
            sightings.take() == [
                "one begins 2", "two begins 2", "own begins 2", "job runs", "own ends 2", "two ends 2", "one ends 2",
                "one elects after success", "two elects after success", "own elects after success",
                "one hears of succeeded", "two hears of succeeded", "own hears of succeeded",
            ]
        )
    }

    // MARK: Creation

    @Test("A filter changes how a job is stored, and the ones after it see that")
    func changing() async throws {
        let sightings = Sightings()
        let kit = try kit([
            CreationScript { job in
                job.queue = "slow"
                job.maximumAttempts = 2
                job.timeout = .seconds(7)
                job.retry = RetryOptions(delays: .fixed([.seconds(11)]))
            },
            CreationScript(
                will: { sightings.note("\($0.queue) \($0.isScheduled) \($0.arguments.text)") },
                did: { sightings.note("stored in \($0.queue)") }
            ),
        ]) { Script { _, _ in throw Misfortune() } }
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"))
        try await kit.jobs.schedule(Script.Call(text: "b"), in: .seconds(3600))
        try await kit.jobs.schedule(Script.Call(text: "c"), at: kit.clock.date)
        #expect(
            sightings.take() == [
                #"slow false {"text":"a"}"#, "stored in slow", #"slow true {"text":"b"}"#, "stored in slow",
                #"slow true {"text":"c"}"#, "stored in slow",
            ]
        )
        let stored = try #require(try await job.status())
        #expect((stored.queue, stored.maximumAttempts) == ("slow", 2))
        let summary = try await kit.drain()
        #expect(summary.runs.map(\.retryDelay) == [.seconds(11), .seconds(11)])
    }

    @Test("What a filter throws is thrown by the enqueue, and nothing is stored", arguments: [3, 300])
    func refusing(count: Int) async throws {
        let sightings = Sightings()
        let kit = try kit([
            Scribe(name: "first", sightings: sightings),
            CreationScript { if $0.arguments.text.contains("no") { throw Misfortune() } },
        ])
        let calls = (1..<count).map { Script.Call(text: "yes \($0)") } + [Script.Call(text: "no")]
        await #expect(throws: Misfortune.self) { try await kit.jobs.enqueue(contentsOf: calls) }
        await #expect(throws: Misfortune.self) { try await kit.jobs.enqueue(Script.Call(text: "no")) }
        await #expect(throws: Misfortune.self) {
            try await kit.jobs.schedule(Script.Call(text: "no"), in: .seconds(1))
        }
        #expect(kit.enqueuedJobs.isEmpty)
        #expect(sightings.take().allSatisfy { $0 == "first will create script" })

        // What passes is stored as without filters, however much it is.
        let handles = try await kit.jobs.enqueue(contentsOf: calls.dropLast())
        #expect(handles.count == count - 1)
        #expect(kit.enqueuedJobs.map(\.id) == handles.map(\.id))
        #expect(sightings.take().count == 2 * (count - 1))
        #expect(try await kit.drain().succeeded == count - 1)
    }

    @Test("What a filter has made of a job is checked as what the caller says")
    func checking() async throws {
        let changes: [@Sendable (inout JobCreation) -> Void] = [
            { $0.queue = "No queue" }, { $0.maximumAttempts = 0 }, { $0.timeout = .zero }, { $0.priority = 100_000 },
        ]
        for change in changes {
            let kit = try kit([CreationScript { change(&$0) }])
            await #expect(throws: JobError.self) { try await kit.jobs.enqueue(Script.Call(text: "a")) }
            #expect(kit.enqueuedJobs.isEmpty)
        }
    }

    // MARK: Runs

    @Test("A filter sees the run, the result and the error, and finds the run where the job does")
    func around() async throws {
        let sightings = Sightings()
        let kit = try kit([
            RunScript { context, next in
                #expect(JobContext.current?.id == context.id)
                do {
                    let result = try await next()
                    sightings.note("result \(result?.text ?? "none")")
                    return JSONText(#""changed""#)
                } catch {
                    sightings.note("error \(error)")
                    throw error
                }
            }
        ]) {
            Script { text, context in
                #expect(JobContext.current?.id == context.id)
                if text == "b" { throw Misfortune() }
                return text
            }
        }
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"))
        try await kit.jobs.enqueue(Script.Call(text: "b"))
        let summary = try await kit.drain()
        #expect((summary.succeeded, summary.retried) == (1, 1))
        #expect(try await job.result() == "changed")
        #expect(sightings.take() == [#"result "a""#, "error bad luck"])
    }

    @Test("What a filter throws counts as thrown by the job: an attempt, a discard, a snooze")
    func throwing() async throws {
        let sightings = Sightings()
        let kit = try kit([
            RunScript { context, next in
                switch context.queue {
                case "fails": throw Misfortune()
                case "discards": throw JobDiscard(reason: "not today")
                case "snoozes": throw JobSnooze(for: .seconds(90))
                case "fails-after":
                    _ = try await next()
                    throw Misfortune()
                default: return try await next()
                }
            }
        ]) {
            Script { text, _ in
                sightings.note(text); return text
            }
        }
        for queue in ["fails", "discards", "snoozes", "fails-after", "runs"] {
            let options = JobOptions(queue: queue, maximumAttempts: 2)
            try await kit.jobs.enqueue(Script.Call(text: queue), options: options)
        }
        let runs = Dictionary(uniqueKeysWithValues: try await kit.drain().runs.map { ($0.queue, $0) })
        #expect(runs["fails"]?.nextState == .scheduled)
        #expect(runs["fails"]?.failure?.message == "bad luck")
        #expect(runs["discards"]?.nextState == .deleted)
        #expect(runs["discards"]?.reason?.contains("not today") == true)
        #expect(runs["snoozes"]?.retryDelay == .seconds(90))
        #expect(runs["snoozes"]?.failure == nil)
        #expect(runs["fails-after"]?.nextState == .scheduled)
        #expect(runs["runs"]?.nextState == .succeeded)
        #expect(Set(sightings.take()) == ["fails-after", "runs"])
        // Its attempts are used up as by the job itself.
        #expect(try await kit.drain(queues: ["fails"], withScheduled: true).failed == 1)
    }

    @Test("A filter that handles an error makes a success of it")
    func handling() async throws {
        let kit = try kit([RunScript { _, next in (try? await next()) ?? JSONText(#""instead""#) }]) {
            Script { _, _ in throw Misfortune() }
        }
        let performed = try await kit.perform(Script.Call(text: "a"))
        #expect(performed.nextState == .succeeded)
        #expect(try performed.result() == "instead")
    }

    @Test("The job's time limit holds for its filters, too")
    func timeout() async throws {
        let kit = try kit([
            RunScript { _, next in
                try await Task.sleep(for: .seconds(3600))
                return try await next()
            }
        ])
        async let performed = kit.perform(Script.Call(text: "a"), options: JobOptions(timeout: .seconds(30)))
        try await kit.clock.waitForSleepers()
        kit.clock.advance(by: .seconds(30))
        #expect(try await performed.error is JobTimeoutError)
        #expect(try await performed.nextState == .scheduled)
    }

    // MARK: Elections

    @Test("A filter elects another state; the last has the last word, and that is what is stored and heard of")
    func electing() async throws {
        let sightings = Sightings()
        let kit = try kit([
            ElectionScript { election in
                guard election.error is Misfortune else { return }
                election.outcome = .failed(JobFailure(type: "Elected", message: "not again"))
            },
            ElectionScript { election in
                guard case .failed(let failure) = election.outcome, election.job.queue == "deleted" else { return }
                election.outcome = .deleted(failure, reason: "not kept")
            },
            Scribe(name: "last", sightings: sightings),
        ]) { Script { text, _ in if text == "bad" { throw Misfortune() } else { return text } } }
        let (kept, deleted) = (JobOptions(queue: "kept"), JobOptions(queue: "deleted"))
        let failed = try await kit.jobs.enqueue(Script.Call(text: "bad"), options: kept)
        let gone = try await kit.jobs.enqueue(Script.Call(text: "bad"), options: deleted)
        let fine = try await kit.jobs.enqueue(Script.Call(text: "good"), options: deleted)
        _ = sightings.take()
        try await kit.drain()
        #expect(try await failed.status()?.state == .failed)
        #expect(try await failed.status()?.failure?.type == "Elected")
        #expect(try await gone.status()?.state == .deleted)
        #expect(try await gone.history().last?.reason == "not kept")
        #expect(try await fine.status()?.state == .succeeded)
        #expect(
            sightings.take().filter { $0.contains("hears") }.sorted() == [
                "last hears of deleted", "last hears of failed", "last hears of succeeded",
            ]
        )
    }

    @Test("A success can be undone, and a job be run again without spending an attempt")
    func electingAgainstASuccess() async throws {
        let kit = try kit([
            ElectionScript { election in
                guard election.job.run == 1, case .succeeded = election.outcome else { return }
                election.outcome = .snoozed(after: .seconds(60), reason: "once more")
            }
        ])
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"), options: JobOptions(maximumAttempts: 1))
        let summary = try await kit.drain(withScheduled: true)
        #expect((summary.snoozed, summary.succeeded) == (1, 1))
        #expect(
            try await job.history().map(\.state) == [
                .enqueued, .processing, .scheduled, .enqueued, .processing, .succeeded,
            ]
        )
    }

    @Test("A filter that fails decides nothing, not even by halves, and the others are asked")
    func failingElection() async throws {
        let sightings = Sightings()
        let kit = try kit([
            ElectionScript { election in
                election.outcome = .deleted(nil, reason: "by halves")
                throw Misfortune()
            },
            Scribe(name: "next", sightings: sightings),
        ])
        let performed = try await kit.perform(Script.Call(text: "a"))
        #expect(performed.nextState == .succeeded)
        #expect(sightings.take().contains("next elects after success"))
        #expect(performed.logLines.contains { $0.message.contains("filter") })
    }

    @Test("There is no retry for a job that has no attempt left, whatever a filter says")
    func electingTooMuch() async throws {
        let kit = try kit([
            ElectionScript { election in
                let failure = JobFailure(type: "Elected", message: "again")
                election.outcome = .retry(after: .seconds(1), failure, reason: "again")
            }
        ])
        let job = try await kit.jobs.enqueue(Script.Call(text: "a"), options: JobOptions(maximumAttempts: 2))
        let summary = try await kit.drain(withScheduled: true)
        #expect((summary.retried, summary.succeeded) == (1, 1))
        #expect(try await job.status()?.attempt == 2)
    }

    // MARK: Applied states

    @Test("An end that is refused, since the job was deleted while it ran, is not heard of")
    func fenced() async throws {
        let sightings = Sightings()
        var configuration = JobClientConfiguration()
        configuration.filters = [Scribe(name: "one", sightings: sightings)]
        let kit = try JobTestKit(configuration: configuration) { jobs in
            Script { text, context in
                try await jobs.delete(context.id)
                return text
            }
        }
        try await kit.jobs.enqueue(Script.Call(text: "a"))
        #expect(try await kit.drain().deleted == 1)
        #expect(sightings.take().allSatisfy { !$0.contains("hears") })
    }
}
