import Testing

@testable import Baton

@Suite struct TakeoverWatchTests {
    private let epoch = Sample.epoch(1)
    private var watch = TakeoverWatch()

    private static func seen(_ renewal: Int64 = 1, gone: Bool = true, unbroken: Bool = true) -> TakeoverWatch.Look {
        .seen(Sighting(renewal: renewal, isGone: gone, isUnbroken: unbroken))
    }

    /// Looks as soon as it is due, for an eighth of a second, until a verdict or the end of the suspicion.
    private mutating func look(_ looks: TakeoverWatch.Look...) -> (verdict: TakeoverWatch.Verdict, at: Double) {
        var end = 0.0
        for look in looks {
            guard let start = watch.nextLook else { return (.none, end) }
            #expect(watch.takeDue(at: start) == [epoch])
            end = start.offset / .seconds(1) + 0.125
            let verdict = watch.looked(at: epoch, look, from: start, to: Sample.instant(end))
            if verdict != .none { return (verdict, end) }
        }
        return (.none, end)
    }

    @Test mutating func twoLooksASecondApartThatFindNothingMakeAVerdict() {
        watch.suspect(epoch, at: Sample.instant(0))
        let (verdict, end) = look(Self.seen(7), Self.seen(7))
        #expect(verdict == .dead(renewal: 7))
        // The second begins a second after the first has ended.
        #expect(end == 1.25)
        #expect(watch.nextLook == nil)
    }

    @Test mutating func oneLookMakesNone() {
        watch.suspect(epoch, at: Sample.instant(0))
        #expect(look(Self.seen()).verdict == .none)
        #expect(watch.nextLook == Sample.instant(1.125))
        #expect(watch.takeDue(at: Sample.instant(1)).isEmpty)
    }

    @Test mutating func aSecondLookThatBeganTooEarlyDoesNotCount() {
        watch.suspect(epoch, at: Sample.instant(0))
        _ = watch.takeDue(at: Sample.instant(0))
        _ = watch.looked(at: epoch, Self.seen(), from: Sample.instant(0), to: Sample.instant(0.5))
        _ = watch.takeDue(at: Sample.instant(2))
        let early = watch.looked(at: epoch, Self.seen(), from: Sample.instant(1.4), to: Sample.instant(2))
        #expect(early == .none)
        #expect(look(Self.seen()).verdict == .dead(renewal: 1))
    }

    @Test mutating func aRenewalInBetweenBeginsTheCountAnew() {
        watch.suspect(epoch, at: Sample.instant(0))
        let (verdict, end) = look(Self.seen(1), Self.seen(2), Self.seen(2))
        #expect(verdict == .dead(renewal: 2))
        #expect(end > 2.2)
    }

    @Test(arguments: [seen(gone: false), .failed])
    mutating func whateverIsFoundOrCannotBeAskedEndsTheCount(_ look: TakeoverWatch.Look) {
        watch.suspect(epoch, at: Sample.instant(0))
        #expect(self.look(Self.seen(), look, Self.seen()).verdict == .none)
        #expect(self.look(Self.seen()).verdict == .dead(renewal: 1))
    }

    @Test(arguments: [seen(gone: false), .failed])
    mutating func aSuspicionThatIsNotConfirmedIsDropped(_ look: TakeoverWatch.Look) {
        watch.suspect(epoch, at: Sample.instant(0))
        for _ in 0...TakeoverWatch.patience.count {
            #expect(watch.nextLook != nil)
            #expect(self.look(look).verdict == .none)
        }
        #expect(watch.nextLook == nil)
    }

    /// What I cannot see because my own connections were broken will not come to count by waiting.
    @Test(arguments: [seen(unbroken: false), .moot])
    mutating func aLookThatCannotCountEndsTheSuspicion(_ look: TakeoverWatch.Look) {
        watch.suspect(epoch, at: Sample.instant(0))
        #expect(self.look(Self.seen(), look).verdict == .none)
        #expect(watch.nextLook == nil)
    }

    @Test mutating func aFreshSuspicionDoesNotDisturbTheCount() {
        watch.suspect(epoch, at: Sample.instant(0))
        _ = look(Self.seen())
        watch.suspect(epoch, at: Sample.instant(0.5))
        #expect(watch.nextLook == Sample.instant(1.125))
        #expect(look(Self.seen()).verdict == .dead(renewal: 1))
    }

    @Test mutating func nobodyIsLookedAtTwiceAtOnce() {
        watch.suspect(epoch, at: Sample.instant(0))
        #expect(watch.takeDue(at: Sample.instant(0)) == [epoch])
        watch.suspect(epoch, at: Sample.instant(0))
        #expect(watch.takeDue(at: Sample.instant(9)).isEmpty)
    }

    @Test mutating func serversAreCountedEachByItself() {
        let other = Sample.epoch(2)
        watch.suspect(epoch, at: Sample.instant(0))
        watch.suspect(other, at: Sample.instant(0))
        #expect(Set(watch.takeDue(at: Sample.instant(0))) == [epoch, other])
        _ = watch.looked(at: epoch, Self.seen(), from: Sample.instant(0), to: Sample.instant(0))
        _ = watch.looked(at: other, Self.seen(gone: false), from: Sample.instant(0), to: Sample.instant(0))
        _ = watch.takeDue(at: Sample.instant(1))
        let one = watch.looked(at: epoch, Self.seen(), from: Sample.instant(1), to: Sample.instant(1))
        let two = watch.looked(at: other, Self.seen(), from: Sample.instant(1), to: Sample.instant(1))
        #expect((one, two) == (.dead(renewal: 1), .none))
    }
}
