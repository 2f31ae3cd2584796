import Testing

@testable import Baton

@Suite struct LeaseCountTests {
    private let own = Sample.epoch(1)
    private let other = Sample.epoch(2)
    private var count = LeaseCount(lease: .seconds(15))

    private func at(_ seconds: Int) -> JobInstant {
        JobInstant(offset: .seconds(seconds))
    }

    @Test func nothingIsProtectedBeforeTheFirstRenewal() {
        #expect(count.end == nil)
        #expect(!count.protects(own, at: at(0)))
    }

    @Test mutating func theCountBeginsWhenTheRenewalWasSent() {
        count.renewed(own, sentAt: at(10))
        #expect(count.end == at(25))
        #expect(count.protects(own, at: at(24)))
        #expect(!count.protects(own, at: at(25)))
        #expect(!count.protects(other, at: at(11)))
    }

    @Test mutating func aLateAnswerToAnEarlierRenewalTakesNothingAway() {
        count.renewed(own, sentAt: at(12))
        count.renewed(own, sentAt: at(10))
        #expect(count.end == at(27))
    }

    @Test mutating func aNewEpochHasALeaseOfItsOwn() {
        count.renewed(own, sentAt: at(12))
        count.renewed(other, sentAt: at(10))
        #expect(count.end == at(25))
        #expect(!count.protects(own, at: at(13)))
        #expect(count.protects(other, at: at(13)))
    }
}
