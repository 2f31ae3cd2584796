import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Deleted jobs", .timeLimit(.minutes(15)))
struct DeletionTests {
    let board = Board()

    @Test("An enqueued or scheduled job that is deleted never runs")
    func waiting() async throws {
        try await withBaton { lab in
            let enqueued = try await lab.jobs.enqueue(TestJobs.$echo("enqueued"))
            let scheduled = try await lab.jobs.schedule(TestJobs.$echo("scheduled"), in: .milliseconds(50))
            #expect(try await lab.jobs.delete(enqueued.id, reason: "not wanted"))
            #expect(try await lab.jobs.delete(scheduled.id))
            #expect(try await !lab.jobs.delete(enqueued.id), "it is deleted already")
            #expect(try await !lab.jobs.delete(JobID(UUID())), "there is no such job")
            let last = try await lab.jobs.enqueue(TestJobs.$echo("last"))
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await lab.wait(for: last.id, .succeeded)
                try await eventually("the deleted job's message is dropped") {
                    try await lab.value(of: .duplicateDeliveries) >= 1
                }
            }
            #expect(try await lab.path(of: enqueued.id) == "enqueued deleted")
            #expect(try await lab.path(of: scheduled.id) == "scheduled deleted")
            #expect(try await enqueued.history().last?.reason == "not wanted")
            #expect(try await !lab.jobs.delete(last.id), "it has ended")
            #expect(board.counted("echo") == 1)
            // And the last one's too, when the server claimed it before it had a connection to the broker.
            #expect(try await lab.value(of: .duplicateDeliveries) <= 2)
        }
    }

    @Test("A running job that is deleted is cancelled, and its end is refused")
    func running() async throws {
        try await withBaton(expecting: .fencedCompletions) { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let held = try await lab.jobs.enqueue(TestJobs.$hold("held"))
                try await board.arrival(of: "held").wait()
                // From another process: the word to cancel goes through the broker.
                let other = lab.makeNode()
                let isDeleted = try await other.running { try await other.jobs.delete(held.id, reason: "enough") }
                #expect(isDeleted)
                try await board.arrival(of: "held cancelled").wait()
                try await eventually("the end was refused") { try await lab.value(of: .fencedCompletions) == 1 }
                #expect(try await lab.path(of: held.id) == "enqueued processing deleted")
                #expect(try await held.result() == nil)
                // The thread is free again.
                let next = try await lab.jobs.enqueue(TestJobs.$echo("next"))
                try await lab.wait(for: next.id, .succeeded)
            }
        }
    }

    @Test("Jobs deleted while they are being claimed either ran before or never run (I4)")
    func race() async throws {
        try await withBaton(expecting: .fencedCompletions) { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let deleted = try await withThrowingTaskGroup(of: (JobID, Bool).self) { group in
                    for index in 0..<200 {
                        group.addTask {
                            let handle = try await lab.jobs.enqueue(TestJobs.$echo("\(index)"))
                            if index % 3 > 0 {
                                try await Task.sleep(for: .milliseconds(index % 10))
                            }
                            return (handle.id, try await lab.jobs.delete(handle.id))
                        }
                    }
                    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                try await eventually("every job has ended") {
                    try await lab.count(.succeeded) + lab.count(.deleted) == 200
                }
                for (id, isDeleted) in deleted {
                    let state = try await lab.jobs.job(id).status()?.state
                    #expect(state == (isDeleted ? .deleted : .succeeded))
                }
            }
            let late = try await lab.value(
                Int.self,
                """
                SELECT count(*) FROM @.job_history AS h JOIN @.job_history AS d USING (job_id)
                WHERE d.state = 'deleted' AND h.seq > d.seq
                """
            )
            #expect(late == 0)
        }
    }
}
