import Testing

@testable import Baton

@Suite struct ScheduleSignalTests {
    @Test func aWaiterLearnsTheEarliestOfWhatWasScheduled() async throws {
        let (signal, clock) = (ScheduleSignal(), ManualClock())
        signal.ring(dueAt: Sample.instant(9))
        signal.ring(dueAt: Sample.instant(3))
        signal.ring(dueAt: Sample.instant(6))
        #expect(try await signal.wait(atMost: .seconds(60), clock: clock) == Sample.instant(3))
        let waiter = Task { try await signal.wait(atMost: .seconds(60), clock: clock) }
        await clock.sleepers(reach: 1)
        clock.jump(by: .seconds(60))
        #expect(try await waiter.value == nil)
    }

    @Test func aBurstOfScheduledJobsCostsOneWord() {
        let announcer = ScheduleAnnouncer()
        let words = (0..<100).filter { announcer.mustAnnounce(dueIn: .seconds(5 + $0 % 3), at: Sample.instant(0)) }
        #expect(words == [0])
    }

    @Test func anEarlierJobIsWorthAnotherWordAndSoIsTheNextOnceTheFirstIsOver() {
        let announcer = ScheduleAnnouncer()
        #expect(announcer.mustAnnounce(dueIn: .seconds(5), at: Sample.instant(0)))
        #expect(announcer.mustAnnounce(dueIn: .seconds(2), at: Sample.instant(0)))
        #expect(!announcer.mustAnnounce(dueIn: .seconds(5), at: Sample.instant(0)))
        #expect(!announcer.mustAnnounce(dueIn: .seconds(1), at: Sample.instant(1)))
        #expect(announcer.mustAnnounce(dueIn: .seconds(1), at: Sample.instant(2)))
    }

    @Test func whatEveryServersOwnPollFindsIsNotAnnounced() {
        let announcer = ScheduleAnnouncer()
        #expect(!announcer.mustAnnounce(dueIn: .seconds(16), at: Sample.instant(0)))
        #expect(announcer.mustAnnounce(dueIn: .seconds(15), at: Sample.instant(0)))
        #expect(announcer.mustAnnounce(dueIn: .zero, at: Sample.instant(0)))
    }
}
