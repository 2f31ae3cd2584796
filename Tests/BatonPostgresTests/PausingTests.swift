import Baton
import Testing

@testable import BatonPostgres

/// What only PostgreSQL has: views of paused queues.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct PausingTests {
    @Test func theViewsShowWhatIsPausedAndWhatNobodyServes() async throws {
        try await withStorage { fixture in
            _ = try await fixture.storage.pauseQueue("empty", on: nil, reason: "r")
            for server in ["b", "a"] {
                _ = try await fixture.storage.pauseQueue("empty", on: server, reason: nil)
            }
            _ = try await fixture.storage.insert([.enqueued(queue: "rest")], isRepeated: false)
            let empty = """
                SELECT paused_at <= now() AND pause_reason = 'r' AND paused_servers = '{a,b}' AND enqueued = 0
                    AND processing = 0 AND oldest_enqueued_age IS NULL AND probe_age IS NULL AND servers = 0
                FROM ns.queues WHERE queue = 'empty'
                """
            #expect(try await fixture.value(Bool.self, empty))
            let rest = """
                SELECT paused_at IS NULL AND pause_reason IS NULL AND paused_servers = '{}' AND enqueued = 1 AND servers = 0
                FROM ns.queues WHERE queue = 'rest'
                """
            #expect(try await fixture.value(Bool.self, rest))
            let everywhere = "SELECT queue || reason FROM ns.queue_pauses WHERE server IS NULL"
            #expect(try await fixture.value(String.self, everywhere) == "emptyr")
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.queue_pauses") == 3)
        }
    }

    /// Each call may be repeated after a lost answer, by several at once.
    @Test func manyPauseAndResumeAtOnce() async throws {
        try await withStorage { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        _ = try await fixture.untilAvailable {
                            try await fixture.storage.pauseQueue("mail", on: nil, reason: nil)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.storage.queuePauses().count == 1)
            let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await fixture.untilAvailable { try await fixture.storage.resumeQueue("mail", on: nil) }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(ended == 1)
        }
    }
}
