import Testing

@testable import Baton

@Suite struct JobDecisionTests {
    @Test(arguments: [
        (Duration.seconds(-5), Duration.seconds(1)), (.zero, .seconds(1)), (.milliseconds(1_001), .milliseconds(1_001)),
        (.seconds(366 * 86_400), .seconds(366 * 86_400)), (.seconds(367 * 86_400), .seconds(366 * 86_400)),
        (.seconds(Int64.max), .seconds(366 * 86_400)),
    ])
    func aSnoozeIsFromASecondToAYearLong(asked: Duration, kept: Duration) {
        #expect(JobSnooze(for: asked).duration == kept)
    }

    @Test func reasonsCanBeStored() {
        #expect(JobSnooze(for: .zero).description == "Snoozed")
        #expect(JobSnooze(for: .zero, reason: "closed").description == "Snoozed: closed")
        #expect(JobDiscard(reason: "a\0b").description == "Discarded: a\u{FFFD}b")
        let long = JobDiscard(reason: String(repeating: "é", count: 1_000)).description
        #expect(long.utf8.count <= 500 && long.hasSuffix("é…"))
    }

    @Test func progressCanBeStored() {
        #expect([-1, 0.5, 2, .nan, .infinity].map { JobProgress($0).fraction } == [0, 0.5, 1, 0, 1])
        #expect(JobProgress(0, "a\0b").message == "a\u{FFFD}b")
        #expect(JobProgress(0, String(repeating: "é", count: 1_000)).message?.utf8.count == 499)
        for progress in [JobProgress(0.25, "“so”\n"), JobProgress(1)] {
            #expect(JobProgress(stored: HistoryData(progress).text) == progress)
        }
        #expect(HistoryData(JobProgress(1)).text.text == #"{"progress": 1}"#)
        #expect(JobProgress(stored: JSONText(#"{"scheduled_at": "…"}"#)) == nil)
    }
}
