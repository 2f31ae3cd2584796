import Baton
import Foundation
import Testing

@testable import BatonPostgres

extension JobID {
    static func random() -> JobID {
        JobID(
            uuidv7: UInt64(Date().timeIntervalSince1970 * 1000),
            random: (.random(in: .min ... .max), .random(in: .min ... .max))
        )
    }
}

extension ServerEpoch {
    static func random() -> ServerEpoch { ServerEpoch(UUID()) }
}

extension PublisherSession {
    static func random() -> PublisherSession { PublisherSession(UUID()) }
}

extension NewJob {
    static func enqueued(
        _ id: JobID = .random(),
        attempts: Int = 10,
        name: String = "mail.welcome",
        queue: String = "mail",
        priority: Int = 0,
        mark: PublishMark? = PublishMark(session: .random(), sequence: 1)
    ) -> NewJob {
        make(id, attempts: attempts, name: name, queue: queue, priority: priority, start: .enqueued(mark))
    }

    static func make(
        _ id: JobID = .random(),
        attempts: Int = 10,
        name: String = "mail.welcome",
        queue: String = "mail",
        priority: Int = 0,
        start: Start
    ) -> NewJob {
        NewJob(
            id: id,
            name: name,
            queue: queue,
            arguments: JSONText(#"{"address": "ada@example.org"}"#),
            priority: priority,
            maximumAttempts: attempts,
            timeout: .seconds(30),
            start: start
        )
    }

    func message(generation: Int = 1) -> DispatchMessage {
        DispatchMessage(
            id: id,
            generation: generation,
            queue: queue,
            name: name,
            level: JobPriorityLevel(priority)
        )
    }
}

extension Completion {
    static func make(_ job: ClaimedJob, _ outcome: Outcome) -> Completion {
        Completion(
            id: job.id,
            claim: job.claim,
            generation: job.generation,
            duration: .microseconds(12_500),
            latency: .milliseconds(3),
            outcome: outcome
        )
    }
}

extension JobFailure {
    static let smtp = JobFailure(type: "SMTPError", message: "refused", details: "550 no such user")
}

extension PublishMarkRange {
    static func some(_ count: Int = 100, from first: Int64 = 1000) -> PublishMarkRange {
        PublishMarkRange(session: .random(), sequences: first..<first + Int64(count))
    }
}

extension ClaimOutcome {
    var job: ClaimedJob? {
        if case .claimed(let job) = self { job } else { nil }
    }

    var refusal: ClaimRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}

extension StorageFixture {
    /// A living server.
    func server(_ epoch: ServerEpoch = .random(), lease: Duration = .seconds(3600)) async throws -> ServerEpoch {
        let registration = ServerRegistration(
            epoch: epoch,
            name: "test:1",
            processID: 1,
            queues: ["mail"],
            concurrency: 4,
            jobNames: ["mail.welcome"]
        )
        try await storage.register(registration, lease: lease)
        return epoch
    }

    /// Certifies a server dead behind the storage's back.
    func bury(_ epoch: ServerEpoch) async throws {
        try await sql("UPDATE ns.server SET dead = true, certified_at = now() WHERE epoch = $1", epoch.uuid)
    }

    /// Stores a job and claims it.
    func running(_ job: NewJob = .enqueued(), by owner: ServerEpoch, claim: Int64 = 1) async throws -> ClaimedJob {
        #expect(try await storage.insert([job], isRepeated: false) == [.inserted])
        return try #require(try await storage.claim([job.message()], owner: owner, claim: claim).first?.job)
    }

    /// Claims a job that must be there for it.
    func claim(_ message: DispatchMessage, by owner: ServerEpoch, _ claim: Int64) async throws -> ClaimedJob {
        try #require(try await storage.claim([message], owner: owner, claim: claim).first?.job)
    }

    /// A job as it stands; it must exist.
    func job(_ id: JobID) async throws -> JobSnapshot {
        try #require(try await storage.job(id))
    }
}
