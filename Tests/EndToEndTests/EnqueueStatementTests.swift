import Baton
import BatonPostgres
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Enqueueing through another driver", .timeLimit(.minutes(15)))
struct EnqueueStatementTests {
    /// As a driver that knows nothing of Baton has it: the text, and the parameters as text.
    private func plain(_ statement: EnqueueStatement) -> PostgresStatement {
        var parameters = PostgresParameters()
        for parameter in statement.parameters { parameters.append(parameter) }
        return PostgresStatement(statement.sql, parameters: parameters)
    }

    @Test("What is committed and said to be runs, and nothing else", arguments: [true, false])
    func publishing(hasBroker: Bool) async throws {
        // A pass of the reconciler may come in between, and find them first.
        try await withBaton(expecting: hasBroker ? .repairs : [], by: hasBroker ? .broker : .none) { lab in
            try await lab.withServer(queues: ["default", "mail"]) {
                TwiceOver.self
            } while: { _ in
                let options = JobOptions(
                    queue: "mail",
                    priority: 3,
                    maximumAttempts: 2,
                    timeout: .seconds(90),
                    retry: RetryOptions(delays: .fixed([.seconds(5)]))
                )
                let one = try await lab.jobs.enqueueStatement(for: TwiceOver(number: 21))
                let two = try await lab.jobs.enqueueStatement(for: TwiceOver(number: 4), options: options)
                let lost = try await lab.jobs.enqueueStatement(for: TwiceOver(number: 5))
                try await lab.database.execute([plain(one), plain(two)])
                await #expect(throws: PostgresError.self) {
                    try await lab.database.execute([plain(lost), PostgresStatement("SELECT 1 / 0")])
                }
                // Twice, and of one that is not there: what is published is passed over.
                try await lab.jobs.publishCommitted([one, two, lost])
                try await lab.jobs.publishCommitted([one, two, lost])
                try await lab.wait(until: 2, are: .succeeded)
                try await lab.checkEachRanOnce([one.id, two.id])
                #expect(try await lab.jobs.job(one.id, returning: Int.self).result() == 42)
                let job = try #require(try await lab.jobs.job(two.id).status())
                #expect((job.queue, job.maximumAttempts) == ("mail", 2))
                let stored = try await lab.query("SELECT priority::bigint FROM @.jobs WHERE id = $1", two.id.uuid)
                #expect(try stored.first?.decode(Int.self, 0) == 3)
                let history = try await lab.jobs.job(two.id).history()
                // Found by the reconciler before, it has a line more.
                #expect(history.first?.state == .enqueued)
                #expect(history.suffix(2).map(\.state) == [.processing, .succeeded])
                #expect(history[0].data?.text.contains("retry") == true)
                #expect(history[1].at >= history[0].at)
            }
        }
    }

    @Test("What nobody is told of is found", arguments: [true, false])
    func finding(hasBroker: Bool) async throws {
        try await withBaton(expecting: hasBroker ? .repairs : [], by: hasBroker ? .broker : .none) { lab in
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                var ids: [JobID] = []
                for number in 0..<3 {
                    let statement = try await lab.jobs.enqueueStatement(for: TwiceOver(number: number))
                    try await lab.database.withTransaction { transaction in
                        _ = try await transaction.query(plain(statement))
                    }
                    ids.append(statement.id)
                }
                try await lab.wait(until: 3, are: .succeeded)
                try await lab.checkEachRanOnce(ids)
            }
        }
    }

    @Test("A server that waits already is told by the commit")
    func telling() async throws {
        try await withBaton(by: .none) { lab in
            // No server: what is asked is whether the commit gives the sign, not how soon somebody looks.
            try await lab.query("INSERT INTO @.armed_queue VALUES ('default', true), ('mail', true), ('rest', false)")
            let statements = [
                try await lab.jobs.enqueueStatement(for: TwiceOver(number: 1)),
                try await lab.jobs.enqueueStatement(for: TwiceOver(number: 2), options: JobOptions(queue: "rest")),
            ]
            var signs = lab.database.notifications("baton_work_\(lab.namespace)").makeAsyncIterator()
            #expect(try await signs.next() == .listening)
            try await lab.database.execute(statements.map(plain))
            guard case .notification(let sign) = try await signs.next() else { throw LabError("there was no sign") }
            #expect(sign.payload == "default")
            // No lock on an arm: the sign does not wait for the transaction of another, nor anybody for this one.
            #expect(try await lab.value(Bool.self, "SELECT is_armed FROM @.armed_queue WHERE queue = 'default'"))
            for statement in statements { #expect(try await lab.jobs.delete(statement.id)) }
        }
    }

    @Test("Scheduled jobs run when they are due, with what they were enqueued with")
    func scheduling() async throws {
        try await withBaton { lab in
            let date = Date(timeIntervalSinceNow: 3600)
            let past = try await lab.jobs.scheduleStatement(for: TwiceOver(number: 1), at: .distantPast)
            let soon = try await lab.jobs.scheduleStatement(for: TwiceOver(number: 2), in: .milliseconds(300))
            let options = JobOptions(retry: RetryOptions(delays: .fixed([.seconds(5)])))
            let later = try await lab.jobs.scheduleStatement(for: TwiceOver(number: 3), at: date, options: options)
            try await lab.database.execute([past, soon, later].map(plain))
            try await lab.jobs.publishCommitted([past, soon, later])
            let row = try #require(try await lab.jobs.job(later.id).status())
            #expect(row.state == .scheduled)
            #expect(try #require(row.scheduledAt).timeIntervalSince(date).magnitude < 0.001)
            let entry = try #require(try await lab.jobs.job(later.id).history().first)
            #expect(entry.data?.text.contains("retry") == true)
            #expect(entry.data?.text.contains("scheduled_at") == true)
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                try await lab.wait(until: 2, are: .succeeded)
                try await lab.checkEachRanOnce([past.id, soon.id])
            }
            #expect(try await lab.jobs.delete(later.id))
        }
    }
}
