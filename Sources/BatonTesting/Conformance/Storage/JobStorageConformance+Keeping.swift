import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobStorageConformance {
    static let keeping: [Rule] = [
        Rule(
            "every move is in the history",
            "Each transition is an entry, oldest first, legal, with run, attempt and server (PROTOCOL section 1, JobTransition)."
        ) { subject in
            let owner = try await subject.server()
            let job = subject.job(.after(.zero))
            try await subject.store([job])
            func next(_ claim: Int64) async throws -> ClaimedJob {
                let message = try await subject.promotedMessage("the job to be due")
                return try await subject.claim(message, by: owner, claim)
            }
            let first = try await next(1)
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let second = try await next(2)
            _ = try await subject.storage.putBackUnheld(
                [second.owned],
                owner: owner,
                marks: try await subject.marks(1)
            )
            let third = try await subject.claim(job.message(generation: 3), by: owner, 3)
            try await subject.end(third, .putBack(after: .zero, reason: "p"), by: owner)
            try await subject.end(try await next(4), .succeeded(result: nil), by: owner)

            let history = try await subject.storage.history(of: job.id)
            try Expect.equal(
                history.map(\.state),
                [
                    .scheduled, .enqueued, .processing, .scheduled, .enqueued, .processing, .enqueued, .processing,
                    .scheduled, .enqueued, .processing, .succeeded,
                ],
                "the states"
            )
            try Expect.equal(history.map(\.run), [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4], "the runs")
            try Expect.equal(history.map(\.attempt), [0, 0, 1, 1, 1, 2, 1, 2, 1, 1, 2, 2], "the attempts")
            for entry in history where entry.state == .processing || entry.state == .succeeded {
                try Expect.equal(entry.server, owner, "the server that made the move")
            }
            for (from, to) in zip(history, history.dropFirst()) {
                let move = JobTransition(from: from.state, to: to.state)
                try Expect.that(move.isLegal, "a legal move", found: "\(from.state) to \(to.state)")
                try Expect.that(from.at <= to.at, "times that do not go back", found: "\(from.at), \(to.at)")
            }
        },
        Rule(
            "the history keeps what belongs to a state",
            "An end's entry keeps error, duration and latency as a JSON object (JobHistoryEntry.data)."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            try await subject.end(run, JobStorageSubject.retry, by: owner)
            let last = try await subject.storage.history(of: run.id).last
            let text = try Expect.value(last?.data?.text, "data of a retry")
            struct Retry: Decodable {
                var error_type, error_message, error_details, scheduled_at: String
                var duration_ms, latency_ms: Double
            }
            do {
                let data = try JSONDecoder().decode(Retry.self, from: Data(text.utf8))
                try Expect.equal(
                    [data.error_type, data.error_message, data.error_details],
                    ["SMTPError", "refused", "550 no such user"],
                    "the error"
                )
                try Expect.equal([data.duration_ms, data.latency_ms], [12.5, 3], "duration and latency")
            } catch let error as DecodingError {
                throw ConformanceMismatch(
                    expected:
                        "data with error_type, error_message, error_details, scheduled_at, duration_ms, latency_ms",
                    found: "\(text) (\(error))"
                )
            }
        },
        Rule(
            "counters add up",
            "What is counted is added, also from several places at once (JobStorage.count)."
        ) { subject in
            _ = try await concurrently(5) { _ in
                try await subject.untilAvailable {
                    try await subject.storage.count([.fencedCompletions: 2, .repairedOrphans: 1])
                }
            }
            let counts = [
                try await subject.counter(.fencedCompletions), try await subject.counter(.repairedOrphans),
                try await subject.counter(.parkedMessages),
            ]
            try Expect.equal(counts, [10, 5, 0], "the counters")
        },
        Rule(
            "tidying keeps what is referred to",
            "Only what nothing refers to is removed: no job, no living server, no session that a row bears (JobStorage.tidy)."
        ) { subject in
            let owner = try await subject.server()
            let session = try await subject.session()
            let job = subject.job(.enqueued(PublishMark(session: session, sequence: 1)))
            try await subject.store([job])
            let run = try await subject.running(by: owner)
            let done = try await subject.job(in: .succeeded, owner: owner, claim: 2)
            try await subject.storage.closeSession(
                PublisherWatermark(session: session, confirmedBelow: 2, pending: [])
            )
            try await subject.advance(.seconds(3 * 3600))
            try await subject.storage.tidy()
            for id in [job.id, run.id, done.id] { _ = try await subject.snapshot(id) }
            let answer = try await subject.storage.heartbeat(owner, lease: JobStorageSubject.longLease, runs: [])
            try Expect.that(answer.isAlive, "the living server to be alive")
            try Expect.equal(try await subject.adopted(), [], "what is adopted, all being confirmed")
        },
    ]
}
