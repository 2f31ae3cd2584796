import Testing

@testable import Baton

/// A lease counts as over only for a witness that saw storage answer all the while.
@Suite struct StorageWitnessTests {
    private let witness = StorageWitness(patience: .seconds(6))

    private func answer(_ seconds: ClosedRange<Double>, every step: Double = 2) {
        for second in stride(from: seconds.lowerBound, through: seconds.upperBound, by: step) {
            witness.answered(sentAt: Sample.instant(second), at: Sample.instant(second))
        }
    }

    private func hasSeenALease(at second: Double) -> Bool {
        witness.hasSeen(.seconds(15), at: Sample.instant(second))
    }

    @Test func aNewWitnessHasSeenNothing() {
        #expect(!hasSeenALease(at: 100))
        #expect(!witness.hasSeen(.zero, at: Sample.instant(0)))
    }

    @Test func anUnbrokenLeaseIsSeenWhenItIsOverAndNotBefore() {
        answer(0...16)
        #expect(!hasSeenALease(at: 14.9))
        #expect(hasSeenALease(at: 15))
        #expect(hasSeenALease(at: 16))
    }

    @Test func aFailureStartsOver() {
        answer(0...20)
        witness.failed()
        #expect(!hasSeenALease(at: 20))
        answer(21...35)
        #expect(!hasSeenALease(at: 35.9))
        #expect(hasSeenALease(at: 36))
    }

    @Test func silenceStartsOver() {
        answer(0...20)
        #expect(hasSeenALease(at: 26))
        #expect(!hasSeenALease(at: 26.1), "the last answer is too old to speak for the present")
        witness.answered(sentAt: Sample.instant(27), at: Sample.instant(27))
        #expect(!hasSeenALease(at: 27), "and a late one does not mend the gap")
        answer(29...41)
        #expect(!hasSeenALease(at: 41.9))
        #expect(hasSeenALease(at: 42))
    }

    @Test func anAnswerThatTookTooLongStartsOver() {
        answer(0...20)
        witness.answered(sentAt: Sample.instant(15), at: Sample.instant(22))
        #expect(!hasSeenALease(at: 22))
        answer(24...36)
        #expect(!hasSeenALease(at: 36.9))
        #expect(hasSeenALease(at: 37))
    }
}
