import Testing

@testable import Baton

@Suite struct ChimeTests {
    private let clock = ManualClock()

    /// Whoever is busy hears the next time, also when somebody else was waiting.
    @Test func aRingReachesEveryListenerOnce() async throws {
        let (chime, bells) = (Chime<Wakeup>(), [Wakeup(), Wakeup()])
        for bell in bells { chime.add(bell) }
        async let waiting: Void = bells[0].wait()
        try await eventually("the first one waits") { bells[0].waiterCount == 1 }
        chime.ring()
        try await waiting
        try await bells[1].wait()
        chime.ring()
        for bell in bells { try await bell.wait() }
    }

    @Test func everyListenerIsToldWhenSomethingIsDue() async throws {
        let (chime, signals) = (Chime<ScheduleSignal>(), [ScheduleSignal(), ScheduleSignal()])
        for signal in signals { chime.add(signal) }
        chime.ring(dueAt: Sample.instant(3))
        chime.ring(dueAt: Sample.instant(2))
        for signal in signals {
            #expect(try await signal.wait(atMost: .seconds(60), clock: clock) == Sample.instant(2))
        }
    }

    @Test func aListenerThatIsGoneIsForgotten() {
        let chime = Chime<Wakeup>()
        weak var gone: Wakeup?
        do {
            let bell = Wakeup()
            chime.add(bell)
            gone = bell
        }
        #expect(gone == nil)
        chime.ring()
    }
}
