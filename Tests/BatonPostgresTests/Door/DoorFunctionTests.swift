import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// The functions that producers call in transactions of their own.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct DoorFunctionTests {
    @Test func aJobIsStoredAsSwiftStoresIt() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let id = try await fixture.enqueue("'mail.welcome', '{\"address\": \"ada@example.org\"}'")
            let job = try await fixture.job(id)
            #expect((job.name, job.queue, job.state, job.generation) == ("mail.welcome", "default", .enqueued, 1))
            #expect((job.run, job.attempt, job.maximumAttempts) == (0, 0, 10))
            #expect(job.arguments.text == #"{"address": "ada@example.org"}"#)
            let entry = try #require(try await fixture.storage.history(of: id).first)
            #expect((entry.state, entry.reason, entry.run, entry.attempt) == (.enqueued, nil, 0, 0))
            #expect(entry.at == job.stateAt && entry.at == job.createdAt)
            let role = try await fixture.value(String.self, "SELECT session_user::text")
            #expect(entry.data?.text == "{\"enqueued_by\": \"\(role)\"}")

            let own = JobID(UUID())
            let all = """
                'mail.welcome', '{}', queue => 'mail', run_at => '2200-01-01 00:00Z', priority => -5, max_attempts => 3,
                id => '\(own)'
                """
            #expect(try await fixture.enqueue(all) == own)
            let scheduled = try await fixture.job(own)
            #expect((scheduled.queue, scheduled.state, scheduled.generation) == ("mail", .scheduled, 0))
            #expect(scheduled.maximumAttempts == 3)
            #expect(scheduled.scheduledAt == Date(timeIntervalSince1970: 7_258_118_400))
            let priority = "SELECT priority::bigint FROM ns.jobs WHERE state = 'scheduled'"
            #expect(try await fixture.value(Int.self, priority) == -5)
            let data = try #require(try await fixture.storage.history(of: own).first?.data?.text)
            #expect(data.contains("scheduled_at") && data.contains("2200"))

            // As drivers bind what is not said.
            let plain = try await fixture.enqueue("'a', '{}', NULL, NULL, NULL, NULL, NULL, NULL")
            #expect(try await fixture.job(plain).queue == "default")
        }
    }

    @Test func itRunsAsAnyOther() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let id = try await fixture.enqueue("'mail.welcome', '{}', 'mail'")
            let run = try #require(try await fixture.claimWaiting(limit: 5, by: owner, 1).first)
            #expect(run.id == id && run.arguments.text == "{}")
            _ = try await fixture.storage.complete([.make(run, .succeeded(result: nil))], owner: owner)
            #expect(try await fixture.storage.history(of: id).map(\.state) == [.enqueued, .processing, .succeeded])
        }
    }

    /// Arguments of the call, and a word of the message.
    static let faults: [(call: String, word: String)] = [
        ("NULL, '{}'", "type"), ("'', '{}'", "type"), ("repeat('x', 201), '{}'", "type"),
        ("repeat('ä', 101), '{}'", "type"), ("E'a\\nb', '{}'", "type"), ("'a' || chr(133), '{}'", "type"),
        ("'a' || chr(8232), '{}'", "type"), ("'a' || chr(127), '{}'", "type"),
        ("'a', NULL", "arguments"), ("'a', '[]'", "arguments"), ("'a', '\"x\"'", "arguments"),
        ("'a', 'null'", "arguments"),
        ("'a', jsonb_build_object('x', repeat('x', 1048576))", "arguments"),
        ("'a', '{}', ''", "queue"), ("'a', '{}', 'Mail'", "queue"), ("'a', '{}', E'mail\\n'", "queue"),
        ("'a', '{}', 'ä'", "queue"), ("'a', '{}', repeat('x', 51)", "queue"), ("'a', '{}', 'a b'", "queue"),
        ("'a', '{}', run_at => 'infinity'", "scheduled"), ("'a', '{}', run_at => '-infinity'", "scheduled"),
        ("'a', '{}', run_at => '12000-01-01'", "scheduled"),
        ("'a', '{}', priority => 32768", "priority"), ("'a', '{}', priority => -32769", "priority"),
        ("'a', '{}', max_attempts => 0", "attempt"), ("'a', '{}', max_attempts => -1", "attempt"),
    ]

    @Test func whatCannotBeStoredIsAnErrorWithAHint() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            for (call, word) in Self.faults {
                let error = await #expect(throws: PostgresError.self, "\(call)") { try await fixture.enqueue(call) }
                #expect(error?.sqlState?.rawValue == Migration.invalidJobState, "\(call): \(String(describing: error))")
                #expect(error?.hint?.isEmpty == false, "\(call)")
                #expect(error?.message.lowercased().contains(word) == true, "\(call): \(String(describing: error))")
            }
            let unique = await #expect(throws: PostgresError.self) {
                try await fixture.enqueue("'a', '{}', unique_key => 'k'")
            }
            #expect(unique?.sqlState?.rawValue == "0A000" && unique?.hint?.contains("id") == true)
            // PostgreSQL's own.
            await #expect(throws: PostgresError.self) { try await fixture.enqueue(#"'a', '{"x": "\u0000"}'"#) }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 0)
            // And what just can.
            for call in [
                "repeat('x', 200), '{}'", "'ä ö 漢 🎉', '{}'", "'a', '{}', repeat('x', 50)", "'a', '{}', 'a.b_c-9'",
                "'a', '{}', priority => 32767", "'a', '{}', priority => -32768",
                "'a', '{}', max_attempts => 2147483647",
                "'a', '{}', run_at => '1000-01-01'",
            ] {
                _ = try await fixture.enqueue(call)
            }
        }
    }

    @Test func whatIsRolledBackIsNotThere() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let name = try fixture.schema.name
            await #expect(throws: CancellationError.self) {
                try await fixture.client.withTransaction { transaction in
                    let call = "SELECT \(name).enqueue('a', '{}'), \(name).enqueue('a', '{}', run_at => now())"
                    _ = try await transaction.query(PostgresStatement(call, prepared: false))
                    throw CancellationError()
                }
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 0)
        }
    }

    @Test func idsSortByTheirTimeAndAreOfVersion7() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let call = "SELECT ns.enqueue('a', '{}') FROM generate_series(1, 1000)"
            let before = Date()
            let ids = try await fixture.sql(call).map { try $0.decode(UUID.self, 0) }
            #expect(Set(ids).count == 1000)
            for id in ids {
                #expect(id.uuid.6 >> 4 == 7 && id.uuid.8 >> 6 == 2)
                let bytes = [id.uuid.0, id.uuid.1, id.uuid.2, id.uuid.3, id.uuid.4, id.uuid.5]
                let milliseconds = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                #expect(abs(Double(milliseconds) / 1000 - before.timeIntervalSince1970) < 3600)
            }
            // Apart from those of the same quarter of a microsecond.
            let high = ids.map { String($0.uuidString.prefix(18)) }
            #expect(high == high.sorted())
        }
    }

    @Test func oneIDIsOneJobInWhateverState() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let owner = try await fixture.server()
            let calls = ["", ", run_at => now() + interval '1 hour'"]
            func again(_ id: JobID, _ state: JobState) async throws {
                for call in calls {
                    #expect(try await fixture.enqueue("'other', '{}'\(call), id => '\(id)'") == id)
                }
                #expect(try await fixture.job(id).state == state)
                #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs WHERE id = $1", id.uuid) == 1)
            }
            for call in calls {
                let id = JobID(UUID())
                #expect(try await fixture.enqueue("'a', '{}'\(call), id => '\(id)'") == id)
                try await again(id, call.isEmpty ? .enqueued : .scheduled)
            }
            let running = try await fixture.running(by: owner)
            try await again(running.id, .processing)
            _ = try await storage.complete([.make(running, .failed(.smtp))], owner: owner)
            try await again(running.id, .failed)
            #expect(try await storage.delete(running.id, reason: nil))
            try await again(running.id, .deleted)
            let done = try await fixture.running(by: owner)
            _ = try await storage.complete([.make(done, .succeeded(result: nil))], owner: owner)
            try await again(done.id, .succeeded)
        }
    }

    /// The second call waits for the first, whose job has even ended by then.
    @Test func oneIDTwiceAtOnceIsOneJob() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let id = JobID(UUID())
            let name = try fixture.schema.name
            try await withThrowingTaskGroup(of: JobID.self) { group in
                try await fixture.client.withTransaction { transaction in
                    let call = "SELECT \(name).enqueue('a', '{}', id => '\(id)'), \(name).delete_job('\(id)')"
                    _ = try await transaction.query(PostgresStatement(call, prepared: false))
                    group.addTask { try await fixture.enqueue("'a', '{}', id => '\(id)'") }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next() == id)
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs WHERE id = $1", id.uuid) == 1)
            #expect(try await fixture.job(id).state == .deleted)
        }
    }

    @Test func jobsAreDeletedAndRequeuedAsFromSwift() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let owner = try await fixture.server()
            func call(_ function: String, _ id: JobID) async throws -> Bool {
                try await fixture.value(Bool.self, "SELECT ns.\(function)($1)", id.uuid)
            }
            let waiting = try await fixture.enqueue("'a', '{}'")
            let later = try await fixture.enqueue("'a', '{}', run_at => now() + interval '1 hour'")
            let running = try await fixture.running(by: owner)
            for id in [waiting, running.id, .random()] { #expect(try await !call("requeue_job", id)) }
            #expect(try await call("requeue_job", later))
            let moved = try await fixture.job(later)
            #expect((moved.state, moved.generation, moved.scheduledAt) == (.enqueued, 1, nil))
            for id in [waiting, later, running.id] {
                #expect(try await call("delete_job", id))
                #expect(try await fixture.job(id).state == .deleted)
                #expect(try await !call("delete_job", id))
            }
            #expect(try await !call("delete_job", .random()))
            // The run's end comes too late.
            let end = Completion.make(running, .succeeded(result: nil))
            #expect(try await storage.complete([end], owner: owner) == [.fenced(.superseded)])
            #expect(try await call("requeue_job", running.id))
            let back = try await fixture.job(running.id)
            #expect((back.state, back.generation, back.attempt) == (.enqueued, 2, 0))
            #expect(
                try await storage.history(of: running.id).map(\.state) == [.enqueued, .processing, .deleted, .enqueued]
            )
            let run = try await fixture.claim(
                DispatchMessage(id: running.id, generation: 2, queue: "mail", name: "mail.welcome"),
                by: owner,
                7
            )
            _ = try await storage.complete([.make(run, .failed(.smtp))], owner: owner)
            let status = try await fixture.sql("SELECT * FROM ns.job_status($1)", running.id.uuid)[0]
            #expect(try status.decode(String.self, 0) == "failed")
            #expect(try status.decode(Int.self, 1) == 1)
            #expect(try status.decode(String?.self, 4) == "SMTPError")
            #expect(try status.decode(String?.self, 5) == "refused")
            #expect(try await call("requeue_job", running.id))
            #expect(try await fixture.sql("SELECT * FROM ns.job_status($1)", UUID()).isEmpty)
        }
    }
}

extension StorageFixture {
    /// Calls the function as a producer does, with arguments as SQL.
    @discardableResult
    func enqueue(_ arguments: String) async throws -> JobID {
        JobID(try await value(UUID.self, "SELECT ns.enqueue(\(arguments))"))
    }
}
