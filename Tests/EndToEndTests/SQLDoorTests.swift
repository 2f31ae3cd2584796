import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

/// Jobs that come in by SQL.
@Suite("The SQL door", .timeLimit(.minutes(15)))
struct SQLDoorTests {
    let board = Board()

    /// Looks so seldom by itself that only a sign can be what publishes or promotes a job.
    private var patient: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.reconcileInterval = .seconds(3600)
        configuration.schedulePollInterval = .seconds(3600)
        return configuration
    }

    private func enqueue(_ lab: Lab, _ arguments: String) async throws -> JobID {
        JobID(try await lab.value(UUID.self, "SELECT @.enqueue(\(arguments))"))
    }

    @Test("What a transaction enqueues runs once it is committed", arguments: [LabTransport.broker, .none])
    func running(transport: LabTransport) async throws {
        try await withBaton(by: transport) { lab in
            try await lab.withServer(queues: ["default", "mail"], configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                var ids: [JobID] = []
                for round in 0..<4 {
                    try await lab.database.withTransaction { transaction in
                        for queue in ["default", "mail"] {
                            let call =
                                "SELECT \(lab.schema).enqueue('test.echo', '{\"text\": \"\(round)\"}', '\(queue)')"
                            ids.append(
                                JobID(
                                    try await transaction.query(PostgresStatement(call, prepared: false))[0].decode(
                                        UUID.self,
                                        0
                                    )
                                )
                            )
                        }
                    }
                    // Idle again before the next, or not: both are to be met.
                    if round.isMultiple(of: 2) { try await lab.wait(until: ids.count, are: .succeeded) }
                }
                await #expect(throws: LabError.self) {
                    try await lab.database.withTransaction { transaction in
                        let call = "SELECT \(lab.schema).enqueue('test.echo', '{\"text\": \"lost\"}')"
                        _ = try await transaction.query(PostgresStatement(call, prepared: false))
                        throw LabError("rolled back on purpose")
                    }
                }
                // Many at once.
                let many = try await lab.query(
                    "SELECT @.enqueue('test.echo', jsonb_build_object('text', n::text)) FROM generate_series(1, 1200) AS n"
                )
                ids += try many.map { JobID(try $0.decode(UUID.self, 0)) }
                try await lab.wait(until: ids.count, are: .succeeded)
                try await lab.checkEachRanOnce(ids)
            }
            #expect(try await lab.count(.enqueued) == 0)
        }
    }

    @Test("A scheduled job wakes a scheduler that sleeps for an hour", arguments: [LabTransport.broker, .none])
    func scheduling(transport: LabTransport) async throws {
        try await withBaton(by: transport) { lab in
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                let first = try await enqueue(lab, "'test.echo', '{\"text\": \"a\"}'")
                try await lab.wait(for: first, .succeeded)
                let late = try await enqueue(
                    lab,
                    "'test.echo', '{\"text\": \"a\"}', run_at => now() + interval '1.5 seconds'"
                )
                let soon = try await enqueue(
                    lab,
                    "'test.echo', '{\"text\": \"b\"}', run_at => now() + interval '0.3 seconds'"
                )
                let past = try await enqueue(lab, "'test.echo', '{\"text\": \"c\"}', run_at => '2000-01-01'")
                for id in [past, soon, late] {
                    try await lab.wait(for: id, .succeeded)
                    #expect(try await lab.path(of: id) == "scheduled enqueued processing succeeded")
                }
            }
        }
    }

    @Test("A running job is cancelled that is deleted by SQL, and runs again once it is requeued")
    func moving() async throws {
        try await withBaton(expecting: .fencedCompletions) { lab in
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                let id = try await enqueue(lab, "'test.hold', '{\"name\": \"held\"}'")
                try await board.arrival(of: "held").wait()
                #expect(try await lab.value(Bool.self, "SELECT @.delete_job($1)", id.uuid))
                try await board.arrival(of: "held cancelled").wait()
                board.release(of: "held").open()
                #expect(try await lab.value(Bool.self, "SELECT @.requeue_job($1)", id.uuid))
                try await lab.wait(for: id, .succeeded)
                let status = "SELECT state || ' ' || result::text FROM @.job_status($1)"
                #expect(try await lab.value(String.self, status, id.uuid) == "succeeded \"held in run 2\"")
            }
        }
    }

    @Test("With a broker that nobody can reach jobs run all the same")
    func brokerOutOfReach() async throws {
        var client = JobClientConfiguration()
        client.flushTimeout = .milliseconds(200)
        try await withBaton(by: .brokerOutOfReach, configuration: client) { lab in
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                for text in ["a", "b"] {
                    let id = try await enqueue(lab, "'test.echo', '{\"text\": \"\(text)\"}'")
                    try await lab.wait(for: id, .succeeded)
                }
            }
        }
    }
}
