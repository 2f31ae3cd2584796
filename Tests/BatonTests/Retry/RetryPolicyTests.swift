import Testing

@testable import Baton

@Suite struct RetryPolicyTests {
    /// Hangfire's delays as a table worked out by hand: for the nth failure the wait at the lowest draw, and what each
    /// higher draw adds.
    private static let table: [(failure: Int, lowest: Int, step: Int)] = [
        (1, 15, 1), (2, 16, 2), (3, 31, 3), (4, 96, 4), (5, 271, 5),
        (6, 640, 6), (7, 1311, 7), (8, 2416, 8), (9, 4111, 9), (10, 6576, 10),
    ]

    @Test(arguments: table)
    func hangfireDelaysLieOnTheTable(failure: Int, lowest: Int, step: Int) {
        let random = SeededRandom(seed: UInt64(failure))
        let possible = Set((0...29).map { Duration.seconds(lowest + $0 * step) })
        var seen: Set<Duration> = []
        for _ in 0..<2_000 {
            seen.insert(RetryPolicy.hangfire.delay(afterFailure: failure, random: random))
        }
        #expect(seen == possible)
    }

    @Test func aNegativeDelayIsNoDelay() {
        let policy = RetryPolicy { _, _ in .seconds(-1) }
        #expect(policy.delay(afterFailure: 1, random: ConstantRandom(bits: 0)) == .zero)
    }

    @Test func aPolicyIsToldWhichAttemptFailed() {
        let policy = RetryPolicy { failure, _ in .seconds(failure * 10) }
        #expect(policy.delay(afterFailure: 3, random: ConstantRandom(bits: 0)) == .seconds(30))
    }

    @Test func noFunctionMakesAJobWaitForLongerThanAYear() {
        let policy = RetryPolicy { _, _ in .seconds(Int64.max / 2) }
        #expect(policy.delay(afterFailure: 1, random: ConstantRandom(bits: 0)) == RetryDelays.longest)
    }

    // MARK: Which errors

    private class Trouble: Error, @unchecked Sendable {}
    private final class Bother: Trouble, @unchecked Sendable {}

    @Test func onlySomeErrorsAreRetried() {
        let policy = RetryPolicy.hangfire.only(on: Misfortune.self, Trouble.self)
        #expect(policy.retries(Misfortune()) && policy.retries(Trouble()))
        #expect(policy.retries(Bother()), "a subclass counts")
        #expect(!policy.retries(CancellationError()))
    }

    @Test func someErrorsAreNotRetried() {
        let policy = RetryPolicy.hangfire.except(on: Trouble.self)
        #expect(policy.retries(Misfortune()))
        #expect(!policy.retries(Trouble()) && !policy.retries(Bother()))
    }

    @Test func conditionsAddUp() {
        let policy = RetryPolicy.hangfire.only(on: Trouble.self).except(on: Bother.self).only { _ in true }
        #expect(policy.retries(Trouble()))
        #expect(!policy.retries(Bother()) && !policy.retries(Misfortune()))
        #expect(!policy.only { _ in false }.retries(Trouble()))
    }

    @Test func whatIsUsedUpFailsUnlessThePolicySaysOtherwise() {
        #expect(RetryPolicy.hangfire.exhaustedAction == .fail)
        let policy = RetryPolicy.fixed([.seconds(1)]).whenExhausted(.delete).except(on: Trouble.self)
        #expect(policy.exhaustedAction == .delete)
        #expect(policy.delay(afterFailure: 9, random: ConstantRandom(bits: 0)) == .seconds(1))
    }

    @Test func aPolicyThatCannotBeIsRefusedWhereItIsDeclared() {
        #expect(throws: JobRegistrationError.self) { try JobRegistry { Impossible.self } }
        var configuration = JobServerConfiguration()
        configuration.retryPolicy = .fixed([])
        let world = World()
        #expect(throws: JobServerError.self) {
            try world.server(configure: { $0 = configuration }, Script())
        }
    }

    private struct Impossible: Job {
        static let name = "impossible"
        static let retry: RetryPolicy? = .exponential(factor: 0)
        func run(in context: JobContext) async throws {}
    }
}
