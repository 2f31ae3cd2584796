import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ProbeTests {
    /// Both wait for the same lock, so that neither has seen the other when it begins.
    @Test func ofTheLastTwoToJoinOnePublishes() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            let sessions = [try await fixture.consumer(owner: server), try await fixture.consumer(owner: server)]
            let probe = try await fixture.round()
            let published = try await atOnce(fixture, sessions) { storage, session in
                try await storage.join(session, to: probe)
            }
            #expect(published.filter { $0 }.count == 1)
            #expect(try await fixture.storage.probes(of: ["mail"]).first?.phase == .published)
        }
    }

    @Test func ofTheLastTwoToPassOneConcludes() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            let sessions = [try await fixture.consumer(owner: server), try await fixture.consumer(owner: server)]
            let probe = try await fixture.round()
            for session in sessions { _ = try await fixture.storage.join(session, to: probe) }
            #expect(try await fixture.storage.noteReturn(of: probe, lane: 0, of: 1))
            let concluded = try await atOnce(fixture, sessions) { storage, session in
                try await storage.pass(session, in: probe)
            }
            #expect(concluded.filter { $0 }.count == 1)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.loss WHERE is_confirmed") == 1)
        }
    }

    /// Whichever comes first, the round rests on the session.
    @Test func aSessionThatRegistersWhileARoundBeginsIsPartOfIt() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            let first = try await fixture.consumer(owner: server)
            let (second, probe) = (ConsumerSession.random(), ProbeID.random())
            try await fixture.withSecondStorage { other in
                _ = try await other.job(.random())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await fixture.whileProbeIsLocked(2) {
                        group.addTask {
                            let isOpen = try await fixture.persistently { try await fixture.opens(probe) }
                            #expect(isOpen)
                        }
                        group.addTask {
                            let isOpen = try await fixture.persistently {
                                try await other.openConsumer(second, of: "mail", owner: server, replacing: nil)
                            }
                            #expect(isOpen)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let round = try await fixture.storage.probes(of: ["mail"]).first
            #expect(Set(round?.consumers.map(\.session) ?? []) == [first, second])
            _ = try await fixture.storage.openConsumer(.random(), of: "mail", owner: server, replacing: second)
            #expect(try await fixture.storage.probes(of: ["mail"]).first?.isVoid == true)
        }
    }

    /// A round that is void has its end told by one of those who see it.
    @Test func thatARoundIsVoidIsToldOnce() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            _ = try await fixture.consumer(owner: server)
            let probe = try await fixture.round()
            try await fixture.storage.deregister(server)
            let told = try await withThrowingTaskGroup(of: [ProbeRound].self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await fixture.untilAvailable { try await fixture.storage.probes(of: ["mail"]) }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(told.map(\.id) == [probe] && told.allSatisfy(\.isVoid))
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.watermark_copy") == 0)
        }
    }

    @Test func anotherProcessGoesOnWithARound() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            let session = try await fixture.consumer(owner: server)
            let (publisher, job) = try await confirmedJob(fixture)
            let probe = try await fixture.round()
            #expect(try await fixture.storage.join(session, to: probe))
            try await fixture.withSecondStorage { storage in
                #expect(try await storage.probes(of: ["mail"]).map(\.phase) == [.published])
                #expect(try await storage.noteReturn(of: probe, lane: 0, of: 1))
                #expect(try await storage.pass(session, in: probe))
                #expect(try await storage.survey(unpublishedAge: .seconds(60)).hasLosses)
                let repair = try await storage.requeueLost(marks: .some())
                #expect(repair.dispatches.map(\.message.id) == [job.id] && !repair.hasMore)
            }
            #expect(try await fixture.value(UUID.self, "SELECT session FROM ns.active_job") != publisher.uuid)
        }
    }

    /// The quiet time counts from the certificate, not from when somebody looks; without one it counts from the look.
    @Test func aSessionHasEndedWithItsServersCertificate() async throws {
        try await withStorage { fixture in
            let (living, dead, unknown) = (
                try await fixture.server(), try await fixture.server(), try await fixture.server()
            )
            for queue in ["mail", "rest"] { _ = try await fixture.consumer(of: queue, owner: living) }
            let ended = try await fixture.consumer(owner: dead)
            let vanished = try await fixture.consumer(of: "rest", owner: unknown)
            try await fixture.sql(
                "UPDATE ns.server SET dead = true, certified_at = now() - interval '60 seconds' WHERE epoch = $1",
                dead.uuid
            )
            try await fixture.sql("DELETE FROM ns.server WHERE epoch = $1", unknown.uuid)
            #expect(try await fixture.opens(.random(), quiet: .seconds(59)))
            #expect(try await !fixture.opens(.random(), of: "rest", quiet: .seconds(59)))
            try await fixture.letPass(.seconds(60))
            #expect(try await fixture.opens(.random(), of: "rest", quiet: .seconds(59)))
            let unmarked = "SELECT count(*) FROM ns.consumer_session WHERE ended_at IS NULL AND session = ANY ($1)"
            #expect(try await fixture.value(Int.self, unmarked, [ended.uuid, vanished.uuid]) == 0)
        }
    }

    /// A void round is ended by its conclusion or by its end, whichever comes first: never by both.
    @Test func aConclusionAndAnEndAtOnceAgree() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            let session = try await fixture.consumer(owner: server)
            let (_, job) = try await confirmedJob(fixture)
            let probe = try await fixture.round()
            _ = try await fixture.storage.join(session, to: probe)
            _ = try await fixture.storage.noteReturn(of: probe, lane: 0, of: 1)
            let isConcluded = try await fixture.withSecondStorage { other in
                _ = try await other.job(.random())
                return try await withThrowingTaskGroup(of: Bool.self) { group in
                    try await fixture.whileProbeIsLocked(2) {
                        group.addTask {
                            try await fixture.persistently { try await fixture.storage.pass(session, in: probe) }
                        }
                        group.addTask {
                            _ = try await fixture.persistently {
                                try await other.voidProbe(probe, reason: "a message was given back")
                            }
                            return false
                        }
                    }
                    return try await group.reduce(false) { $0 || $1 }
                }
            }
            let repair = try await fixture.storage.requeueLost(marks: .some())
            #expect(repair.dispatches.map(\.message.id) == (isConcluded ? [job.id] : []))
        }
    }

    @Test func theViewOfQueuesShowsHowLongAProbeIsOnItsWay() async throws {
        try await withStorage { fixture in
            let consumer = try await fixture.consumer(owner: try await fixture.server())
            _ = try await confirmedJob(fixture)
            let age = "SELECT extract(epoch FROM probe_age)::float8 FROM ns.queues"
            let probe = try await fixture.round()
            #expect(try await fixture.value(Double?.self, age) == nil)
            #expect(try await fixture.storage.join(consumer, to: probe))
            try await fixture.letPass(.seconds(90))
            #expect(try #require(try await fixture.value(Double?.self, age)) >= 90)
            _ = try await fixture.storage.voidProbe(probe, reason: "a message was given back")
            #expect(try await fixture.value(Double?.self, age) == nil)
        }
    }

    @Test func nothingIsLeftBehindForLong() async throws {
        try await withStorage { fixture in
            let server = try await fixture.server()
            _ = try await fixture.consumer(owner: server)
            _ = try await confirmedJob(fixture)
            _ = try await fixture.round()
            try await fixture.storage.recordLoss(.random(), of: "mail")
            try await fixture.storage.deregister(server)
            try await fixture.letPass(.seconds(3 * 3600))
            try await fixture.storage.tidy()
            for table in ["consumer_session", "probe", "watermark_copy", "loss"] {
                #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.\(table)") == 0, "\(table)")
            }
        }
    }

    private func confirmedJob(_ fixture: StorageFixture) async throws -> (PublisherSession, NewJob) {
        let publisher = PublisherSession.random()
        let job = NewJob.enqueued(mark: PublishMark(session: publisher, sequence: 1))
        #expect(try await fixture.storage.insert([job], isRepeated: false) == [.inserted])
        try await fixture.confirm(publisher, through: 1)
        return (publisher, job)
    }

    /// Has two processes do something with a session each, when both wait for the same lock.
    private func atOnce(
        _ fixture: StorageFixture,
        _ sessions: [ConsumerSession],
        _ body: @escaping @Sendable (PostgresStorage, ConsumerSession) async throws -> Bool
    ) async throws -> [Bool] {
        try await fixture.withSecondStorage { other in
            _ = try await other.job(.random())
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                try await fixture.whileProbeIsLocked(2) {
                    for (storage, session) in zip([fixture.storage, other], sessions) {
                        group.addTask { try await fixture.persistently { try await body(storage, session) } }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
    }
}
