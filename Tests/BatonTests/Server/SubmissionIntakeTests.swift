import Foundation
import Testing

@testable import Baton

/// How a server takes submissions (PROTOCOL move 8).
@Suite struct SubmissionIntakeTests {
    private let world = World()

    private func server(
        concurrency: Int = 4,
        backlog: Int = 10_000,
        _ script: Script = Script { text, _ in text }
    ) throws -> JobServer {
        try world.server(
            concurrency: concurrency,
            configure: { configuration in
                var options = SubmissionOptions()
                options.maximumBacklog = backlog
                configuration.submissions = options
            },
            script
        )
    }

    private var submissions: FakeSubmissions { world.broker.submissions }
    private var jobs: [JobSnapshot] { world.storage.inner.jobs }

    private func succeeded(_ count: Int) async throws {
        try await eventually("\(count) jobs have succeeded") {
            jobs.count { $0.state == .succeeded } == count
        }
    }

    @Test func aSubmissionRunsWithoutAMessageAndIsAcknowledgedOnceItIsStored() async throws {
        try await world.run(try server()) {
            submissions.submit([submissions.message("m1", "a"), submissions.message("m2", "b")])
            try await succeeded(2)
            for job in jobs { #expect(world.storage.states(job.id) == [.enqueued, .processing, .succeeded]) }
            try await eventually("both are acknowledged") { submissions.acknowledged.count == 2 }
            #expect(world.broker.read(\.published).isEmpty)
        }
    }

    @Test func whatComesAgainIsDroppedAndCounted() async throws {
        try await world.run(try server()) {
            submissions.submit([submissions.message("m1"), submissions.message("m1")])
            try await succeeded(1)
            submissions.submit([submissions.message("m1")])
            try await eventually("all are acknowledged") { submissions.acknowledged.count == 3 }
            try await eventually("two are counted") { world.storage.counter(.duplicateSubmissions) == 2 }
            #expect(jobs.count == 1)
        }
    }

    @Test(arguments: [FakeStorage.Fault.unavailable, .lostBeforeCommit])
    func whatWasNotStoredIsStoredAtTheNextTry(_ fault: FakeStorage.Fault) async throws {
        world.storage.fail(.submission(.submit), fault)
        try await world.run(try server()) {
            submissions.submit([submissions.message("m1")])
            try await eventually("it is tried again") {
                try? await world.advance(by: .seconds(1))
                return jobs.first?.state == .succeeded
            }
            #expect(world.storage.completions(of: jobs[0].id) == 1 && jobs[0].run == 1)
        }
    }

    @Test func aLostAnswerIsMendedByTheAudit() async throws {
        world.storage.fail(.submission(.submit), .lostAfterCommit)
        try await world.run(try server()) {
            submissions.submit([submissions.message("m1")])
            try await eventually("the audit puts it back, and it runs") {
                try? await world.advance(by: .seconds(1))
                return jobs.first?.state == .succeeded
            }
            #expect(jobs.count == 1 && world.storage.completions(of: jobs[0].id) == 1)
            try await eventually("the repair is counted") { world.storage.counter(.repairedUnheld) == 1 }
            try await eventually("it is acknowledged") { submissions.acknowledged.count == 1 }
        }
    }

    @Test func whatStorageRefusesHarmsNoOther() async throws {
        world.storage.fail(.submission(.submit), .refused, .refused)
        try await world.run(try server()) {
            submissions.submit([submissions.message("m1"), submissions.message("m2")])
            try await succeeded(1)
            try await eventually("both are settled") { submissions.acknowledged.count == 2 }
            #expect(submissions.rejects.map(\.reject.code) == [.refusedByStorage])
        }
    }

    @Test func aServerThatIsCertifiedDeadSubmitsUnderItsNextEpoch() async throws {
        try await world.run(try server()) {
            try await eventually("the server is listed") { world.storage.read { !$0.servers.isEmpty } }
            world.storage.change { tables in
                for epoch in tables.servers.keys { tables.servers[epoch]?.isDead = true }
            }
            submissions.submit([submissions.message("m1")])
            try await eventually("it runs under the next") {
                try? await world.advance(by: .milliseconds(100))
                return jobs.first?.state == .succeeded
            }
            #expect(jobs.count == 1)
        }
    }

    @Test func whatFindsNoThreadIsEnqueuedAndPublished() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(try server(concurrency: 2, script)) {
            submissions.submit((0..<2).map { submissions.message("m\($0)") })
            await gate.arrivals(reach: 2)
            submissions.submit((2..<9).map { submissions.message("m\($0)") })
            try await eventually("the rest is published") { world.broker.read(\.published).count == 7 }
            #expect(jobs.count { $0.state == .enqueued } == 7)
            try await eventually("all are settled") { submissions.acknowledged.count == 9 }
            gate.open()
            try await succeeded(9)
            #expect(gate.arrivals == 9)
        }
    }

    @Test func ofAPausedQueueItIsOnlyEnqueued() async throws {
        try await world.run(try server()) {
            try await world.client.queues.pause("default")
            try await eventually("the server heeds it") {
                world.broker.inner.read { $0.channels.values.contains { $0.paused == ["default"] } }
            }
            submissions.submit([submissions.message("m1")])
            try await eventually("it is acknowledged") { submissions.acknowledged.count == 1 }
            #expect(jobs.map(\.state) == [.enqueued])
            try await world.client.queues.resume("default")
            try await succeeded(1)
        }
    }

    @Test func whatIsNoJobIsKeptAndPublishedAndThenAcknowledged() async throws {
        try await world.run(try server()) {
            submissions.submit([
                submissions.message("b1") { $0.body = [] },
                submissions.message("b2") { $0.type = Stranger.name },
                submissions.message("b3") { $0.body = Array(#"{"txt": ""}"#.utf8) },
                submissions.message("m1"),
            ])
            try await succeeded(1)
            try await eventually("all are settled") { submissions.acknowledged.count == 4 }
            let codes = Dictionary(
                uniqueKeysWithValues: submissions.rejects.map { ($0.message.messageID ?? "", $0.reject.code) }
            )
            #expect(codes == ["b1": .invalidJSON, "b2": .unknownType, "b3": .argumentsUndecodable])
            #expect(world.storage.read { $0.submissions.rejects.count } == 3)
            try await eventually("they are counted") { world.storage.counter(.rejectedSubmissions) == 3 }
        }
    }

    @Test func aRejectThatTheBrokerRefusesStaysKept() async throws {
        submissions.refusesRejects = true
        try await world.run(try server()) {
            submissions.submit([submissions.message("b1") { $0.body = [] }])
            try await eventually("it is given up") {
                try? await world.advance(by: .seconds(1))
                return submissions.acknowledged.count == 1
            }
            #expect(world.storage.read { $0.submissions.rejects.count } == 1)
            try await eventually("it is counted") { world.storage.counter(.unpublishedRejects) == 1 }
        }
    }

    @Test func aLongQueueIsTakenNoFurther() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(try server(concurrency: 1, backlog: 3, script)) {
            submissions.submit((0..<6).map { submissions.message("m\($0)") })
            try await eventually("nothing more is taken") {
                try? await world.advance(by: .milliseconds(100))
                return submissions.isPaused
            }
            submissions.submit([submissions.message("m6")])
            gate.open()
            try await eventually("it is taken again, and all run") {
                try? await world.advance(by: .seconds(1))
                return jobs.count { $0.state == .succeeded } == 7
            }
            #expect(!submissions.isPaused)
        }
    }

    @Test func whatADateSaysWaits() async throws {
        try await world.run(try server()) {
            let due = Int64(world.clock.date.timeIntervalSince1970 * 1_000) + 60_000
            submissions.submit([submissions.message("m1") { $0.headers["job-run-at"] = .integer(due) }])
            try await eventually("it waits") { jobs.first?.state == .scheduled }
            try await world.advance(by: .seconds(61))
            try await succeeded(1)
        }
    }

    @Test func aServerWithoutTheOptionTakesNone() async throws {
        try await world.run(try world.server(Script())) {
            submissions.submit([submissions.message("m1")])
            let job = try await world.client.enqueue(Script.Call(text: ""))
            try await world.reach(.succeeded, job.id)
            #expect(submissions.unsettledCount == 0 && jobs.count == 1)
            #expect(world.storage.calls.keys.allSatisfy { if case .submission = $0 { false } else { true } })
        }
    }
}
