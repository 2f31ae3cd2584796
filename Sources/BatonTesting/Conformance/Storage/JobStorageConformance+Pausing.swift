import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobStorageConformance {
    static let pausing: [Rule] = [
        Rule(
            "a heartbeat tells what is paused",
            "A server learns with each heartbeat which of its queues are paused, and no others (HeartbeatAnswer.pausedQueues)."
        ) { subject in
            let server = try await subject.server(named: "a", queues: ["mail", "rest"])
            try Expect.equal(try await subject.paused(for: server), [], "what is paused at first")
            _ = try await subject.storage.pauseQueue("mail", on: nil, reason: nil)
            _ = try await subject.storage.pauseQueue("other", on: nil, reason: nil)
            try Expect.equal(try await subject.paused(for: server), ["mail"], "what is paused for a server")
            let later = try await subject.server(named: "b", queues: ["mail"])
            try Expect.equal(try await subject.paused(for: later), ["mail"], "what is paused for one that came later")
            _ = try await subject.storage.resumeQueue("mail", on: nil)
            try Expect.equal(try await subject.paused(for: server), [], "what is paused once it is resumed")
        },
        Rule(
            "a pause on one server is no other's",
            "A queue that is paused on one server is so for all servers of its name, and for no other (JobStorage.pauseQueue)."
        ) { subject in
            let (mine, other) = (
                try await subject.server(named: "a", queues: ["mail"]),
                try await subject.server(named: "b", queues: ["mail"])
            )
            _ = try await subject.storage.pauseQueue("mail", on: "a", reason: nil)
            try Expect.equal(try await subject.paused(for: mine), ["mail"], "what is paused for the server itself")
            try Expect.equal(try await subject.paused(for: other), [], "what is paused for another")
            try await subject.storage.deregister(mine)
            let again = try await subject.server(named: "a", queues: ["mail"])
            try Expect.equal(try await subject.paused(for: again), ["mail"], "what is paused when it is started again")
        },
        Rule(
            "each pause is ended by itself",
            "The pause of every server and that of one stand side by side, and a resume ends one (JobStorage.resumeQueue)."
        ) { subject in
            let server = try await subject.server(named: "a", queues: ["mail"])
            for name in [nil, "a", "b"] as [String?] {
                _ = try await subject.storage.pauseQueue("mail", on: name, reason: nil)
            }
            try Expect.equal(try await subject.storage.resumeQueue("mail", on: nil), true, "whether it was paused")
            try Expect.equal(try await subject.paused(for: server), ["mail"], "what its own pause still pauses")
            try Expect.equal(try await subject.storage.resumeQueue("mail", on: "a"), true, "whether it was its own")
            try Expect.equal(try await subject.paused(for: server), [], "what is paused without either")
            for name in [nil, "a"] as [String?] {
                try Expect.equal(
                    try await subject.storage.resumeQueue("mail", on: name),
                    false,
                    "whether it was paused when it is resumed again"
                )
            }
            let left = try await subject.storage.queuePauses()
            try Expect.equal(left.map(\.server), ["b"], "whose pauses are left")
        },
        Rule(
            "a pause that is repeated stands since the first",
            "To pause what is paused changes at most the reason; pauses are listed by queue and server (JobStorage.queuePauses)."
        ) { subject in
            _ = try await subject.storage.pauseQueue("rest", on: "b", reason: nil)
            let first = try await subject.storage.pauseQueue("rest", on: nil, reason: "first")
            try Expect.equal(first.reason, "first", "the reason")
            try await subject.advance(.seconds(60))
            let again = try await subject.storage.pauseQueue("rest", on: nil, reason: nil)
            try Expect.equal(again.reason, "first", "the reason when none is said again")
            let now = try await subject.storage.recurringDate()
            try Expect.that(now.timeIntervalSince(again.since) >= 60, "it to be paused for a minute", found: again)
            let last = try await subject.storage.pauseQueue("rest", on: nil, reason: "last")
            try Expect.equal(last, QueuePause(queue: "rest", since: again.since, reason: "last"), "the pause")
            _ = try await subject.storage.pauseQueue("mail", on: "a", reason: nil)
            let all = try await subject.storage.queuePauses()
            try Expect.equal(all.map(\.queue), ["mail", "rest", "rest"], "the queues of all pauses")
            try Expect.equal(all.map(\.server), ["a", nil, "b"], "the servers of all pauses")
            try Expect.equal(all.map(\.reason), [nil, "last", nil], "the reasons of all pauses")
        },
        Rule(
            "a pause changes no job",
            "Jobs come to a paused queue, end and become due there, and stand as they did: it is for servers to heed."
        ) { subject in
            let server = try await subject.server()
            let run = try await subject.running(by: server)
            let before = try await subject.enqueued(1)[0]
            let snapshot = try await subject.snapshot(before.id)
            _ = try await subject.storage.pauseQueue("mail", on: nil, reason: nil)
            let paused = try await subject.snapshot(before.id)
            try Expect.equal(paused, snapshot, "a job that waits in a queue that is paused")
            try await subject.end(run, .succeeded(result: nil), by: server)
            let after = try await subject.enqueued(1)[0]
            try await subject.expect(after.id, in: .enqueued, "the state of a job that comes to a paused queue")
        },
    ]

    static let pausingShown: [Rule] = [
        Rule(
            "a paused queue is shown",
            "A queue shows where it is paused, also one that holds nothing and that nobody serves (QueueSnapshot.pauses)."
        ) { subject in
            _ = try await subject.enqueued(1)
            let (mail, own) = (
                try await subject.storage.pauseQueue("mail", on: nil, reason: "r"),
                try await subject.storage.pauseQueue("mail", on: "a", reason: nil)
            )
            let empty = try await subject.storage.pauseQueue("empty", on: nil, reason: nil)
            let queues = try await subject.monitor().queues()
            try Expect.equal(queues.map(\.name), ["empty", "mail"], "the queues")
            try Expect.equal(queues.map(\.pauses), [[empty], [mail, own]], "their pauses")
            try Expect.equal(queues.map(\.isUnserved), [false, true], "whether jobs wait that nobody serves")
        }
    ]
}

extension JobStorageSubject {
    /// A registered server with a name of its own.
    @inline(never)
    fileprivate func server(named name: String, queues: [String]) async throws -> ServerEpoch {
        let epoch = epoch()
        var registration = registration(epoch)
        registration.name = name
        registration.queues = queues
        try await storage.register(registration, lease: Self.longLease)
        return epoch
    }

    /// What a heartbeat says of paused queues.
    @inline(never)
    fileprivate func paused(for server: ServerEpoch) async throws -> Set<String> {
        try await storage.heartbeat(server, lease: Self.longLease, runs: []).pausedQueues
    }
}
