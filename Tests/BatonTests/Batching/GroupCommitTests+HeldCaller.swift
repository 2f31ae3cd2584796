import Testing

@testable import Baton

extension GroupCommitTests {
    /// An actor that the test can make stand still while it calls.
    actor HeldCaller {
        private let executor: HeldExecutor

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(on executor: HeldExecutor) {
            self.executor = executor
        }

        func call(_ elements: [Int], _ commit: GroupCommit<Int, String, Fault>) async throws -> [String] {
            try await commit.submit(elements)
        }

        /// Returns once whatever ran there before has come to a halt.
        func pass() {}
    }

    /// Starts a call, and behind it another from an actor that lives on an executor and has come to a halt there.
    func startBehind(
        _ gate: Gate,
        on commit: GroupCommit<Int, String, Fault>,
        callingFrom executor: HeldExecutor
    ) async throws -> (first: Task<[String], any Error>, held: Task<[String], any Error>) {
        let caller = HeldCaller(on: executor)
        let first = Task { try await commit.submit([1]) }
        await gate.arrivals(reach: 1)
        let held = Task { try await caller.call([2], commit) }
        try await eventually("the actor's call waits") { commit.waitingCount == 1 }
        await caller.pass()
        return (first, held)
    }
}
