import Baton
import EndToEndSupport
import Foundation
import Locking
import PostgresClient
import Testing

/// A standby takes the primary's place.
///
/// Beside the other suites, since most of it is waiting.
@Suite("Failover", .timeLimit(.minutes(15)))
struct FailoverTests {
    private let door = Latch()
    private let longRuns = Locked(0)

    @Test("Over a failover to a synchronous standby no acknowledged job is lost or ends twice, and what runs goes on")
    func synchronousStandby() async throws {
        try await withPostgresPair { pair in
            try await withBaton(expecting: .repairs, on: pair.servers) { lab in
                let load = Load(lab)
                let other = lab.makeNode()
                try await other.running {
                    try await lab.withServer {
                        jobs(load)
                    } while: { one in
                        try await lab.withServer(on: other) {
                            jobs(load)
                        } while: { two in
                            try await failOver(pair, lab, load)
                            #expect(!one.hasEnded && !two.hasEnded)
                        }
                    }
                }
                let found = try await load.storedCounts()
                let answers = load.answers
                #expect(!answers.stored.isEmpty)
                #expect(answers.stored.subtracting(found.keys).isEmpty, "no acknowledged job is lost")
                #expect(found.values.allSatisfy { $0 == 1 }, "no job is doubled")
                #expect(load.tally.all == Tally.once(found.keys), "each ran once")
                let ids = try await lab.query("SELECT id FROM @.jobs").map { JobID(try $0.decode(UUID.self, 0)) }
                try await lab.checkEachSucceededOnce(ids)
                #expect(try await lab.value(of: .certifiedServers) == 0, "a failover kills nobody")
            }
        }
    }

    @JobRegistrationBuilder
    private func jobs(_ load: Load) -> [JobRegistration] {
        TallyJobs(tally: load.tally)
        HeldJob.Body { [door, longRuns] in
            longRuns.withLock { $0 += 1 }
            try await door.wait()
        }
    }

    private func failOver(_ pair: PostgresPair, _ lab: Lab, _ load: Load) async throws {
        // They begin before the failover and end after it.
        let long = try await lab.jobs.enqueue(contentsOf: (0..<4).map { _ in HeldJob() })
        try await eventually("they run") { longRuns.withLock(\.self) == long.count }
        try await load.run {
            try await load.goesOn()
            try await pair.failOver()
            try await load.goesOn()
        }
        door.open()
        try await eventually("every job has ended") {
            try await lab.value(Bool.self, "SELECT bool_and(state = 'succeeded') FROM @.jobs")
        }
        #expect(longRuns.withLock(\.self) == long.count, "a job that runs is not thrown away")
    }
}
