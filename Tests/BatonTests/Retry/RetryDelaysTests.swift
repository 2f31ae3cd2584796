import Testing

@testable import Baton

@Suite struct RetryDelaysTests {
    private let never = ConstantRandom(bits: 0)
    private let most = ConstantRandom(bits: .max)

    @Test func exponentialWaitsGrowUpToTheirMaximum() {
        let delays = RetryDelays.exponential(initial: .seconds(2), factor: 3, maximum: .seconds(100), jitter: 0)
        let waits = (1...6).map { delays.delay(afterFailure: $0, random: never) }
        #expect(waits == [.seconds(2), .seconds(6), .seconds(18), .seconds(54), .seconds(100), .seconds(100)])
    }

    @Test func jitterTakesOffItsPartAtMost() {
        let delays = RetryDelays.exponential(initial: .seconds(10), factor: 1, maximum: .seconds(10), jitter: 0.25)
        #expect(delays.delay(afterFailure: 1, random: never) == .seconds(10))
        let shortest = delays.delay(afterFailure: 1, random: most)
        #expect(shortest >= .seconds(7.5) && shortest < .seconds(7.501))
        var seen: Set<Duration> = []
        let random = SeededRandom(seed: 1)
        for _ in 0..<100 { seen.insert(delays.delay(afterFailure: 1, random: random)) }
        #expect(seen.count > 50 && seen.allSatisfy { (.seconds(7.5) ... .seconds(10)).contains($0) })
    }

    @Test func theLastWaitOfAListHoldsForAllFurtherFailures() {
        let delays = RetryDelays.fixed([.seconds(1), .seconds(60)])
        #expect((1...4).map { delays.delay(afterFailure: $0, random: never) / .seconds(1) } == [1, 60, 60, 60])
    }

    @Test(arguments: [
        RetryDelays.hangfire, .exponential(), .exponential(initial: .zero), .exponential(factor: 1e300),
        .fixed([.seconds(5)]),
    ])
    func noNumberOfFailuresIsTooLarge(delays: RetryDelays) {
        for failure in [75, 60_000, Int(Int32.max), .max] {
            let wait = delays.delay(afterFailure: failure, random: most)
            #expect((.zero...RetryDelays.longest).contains(wait))
        }
    }

    @Test(arguments: [
        RetryDelays.fixed([]), .fixed([.seconds(-1)]), .fixed([.seconds(400 * 86_400)]),
        .fixed(Array(repeating: .zero, count: 101)), .exponential(factor: 0.5), .exponential(factor: .nan),
        .exponential(jitter: 1.5), .exponential(jitter: .nan), .exponential(initial: .seconds(-1)),
        .exponential(initial: .seconds(7200)), .exponential(maximum: .seconds(400 * 86_400)),
    ])
    func impossibleWaitsAreRefused(delays: RetryDelays) {
        #expect(throws: JobError.self) { try delays.validate() }
        #expect(throws: JobError.self) { try JobOptions(retry: RetryOptions(delays: delays)).validate() }
    }

    // MARK: As stored

    @Test func whatIsStoredIsForPeopleToRead() {
        let fixed = RetryOptions(delays: .fixed([.seconds(5), .milliseconds(1_500)]), whenExhausted: .delete)
        #expect(
            fixed.json.text == #"{"delays": {"kind": "fixed", "seconds": [5, 1.5]}, "exhausted": "delete"}"#
        )
        let growing = RetryOptions(delays: .exponential(initial: .milliseconds(250), factor: 1.5, jitter: 0.25))
        #expect(
            growing.json.text
                == #"{"delays": {"kind": "exponential", "factor": 1.5, "jitter": 0.25, "initial": 0.25, "maximum": 3600}}"#
        )
    }

    @Test(arguments: [
        RetryOptions(), RetryOptions(whenExhausted: .fail), RetryOptions(delays: .hangfire, whenExhausted: .delete),
        RetryOptions(delays: .fixed([.microseconds(1), .milliseconds(100), RetryDelays.longest])),
        RetryOptions(delays: .exponential(initial: .milliseconds(1), factor: 3.3, maximum: .seconds(9), jitter: 0.1)),
    ])
    func whatIsStoredIsReadBack(options: RetryOptions) {
        #expect(RetryOptions(json: options.json) == options)
    }

    @Test(arguments: [
        "7", "[]", "", #"{"delays": {"kind": "moonlight"}, "exhausted": "archive"}"#, #"{"delays": {"kind": "fixed"}}"#,
        #"{"delays": {"kind": "exponential", "initial": 1}}"#,
    ])
    func whatALaterVersionHasStoredIsNotSaid(text: String) {
        #expect(RetryOptions(json: JSONText(text)) == RetryOptions())
    }

    @Test(arguments: [
        #"{"kind": "exponential", "initial": 1, "factor": 2, "maximum": 60, "jitter": 1e300}"#,
        #"{"kind": "exponential", "initial": 1, "factor": 2, "maximum": 60, "jitter": -1}"#,
        #"{"kind": "exponential", "initial": 1, "factor": -1e300, "maximum": 60}"#,
        #"{"kind": "exponential", "initial": 60, "factor": 2, "maximum": 1}"#, #"{"kind": "fixed", "seconds": []}"#,
    ])
    func whatNoVersionWouldHaveStoredIsNotSaid(delays: String) {
        let options = RetryOptions(json: JSONText(#"{"delays": \#(delays), "exhausted": "delete"}"#))
        #expect(options == RetryOptions(whenExhausted: .delete))
    }

    @Test func optionsOfAnEnqueueComeBeforeThoseOfTheDeclaration() {
        let declared = JobOptions(retry: RetryOptions(delays: .hangfire, whenExhausted: .delete))
        let merged = JobOptions(retry: RetryOptions(delays: .fixed([.seconds(1)]))).merging(over: declared)
        #expect(merged.retry == RetryOptions(delays: .fixed([.seconds(1)]), whenExhausted: .delete))
        #expect(JobOptions().merging(over: declared).retry == declared.retry)
    }
}
