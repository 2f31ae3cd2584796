import Testing

@testable import Baton

@Suite struct TakeoverOfferTests {
    private var offer = TakeoverOffer()

    @Test mutating func itRestsOnARenewalAfterWhichTheQueueWasSeen() {
        #expect(offer.stoodAfter == nil)
        offer.renewed(1)
        #expect(offer.stoodAfter == nil)
        #expect(offer.renewal == 1)
        offer.stood(after: 1)
        #expect(offer.stoodAfter == 1)
    }

    @Test mutating func eachRenewalNeedsALookOfItsOwn() {
        offer.renewed(1)
        offer.stood(after: 1)
        offer.renewed(2)
        #expect(offer.stoodAfter == nil)
        // An answer that took its time.
        offer.stood(after: 1)
        #expect(offer.stoodAfter == nil)
        offer.stood(after: 2)
        #expect(offer.stoodAfter == 2)
    }

    /// It may have been made after all, and then storage would take no offer that rests on an earlier one.
    @Test mutating func afterAHeartbeatThatFailedNoneIsMade() {
        offer.renewed(1)
        offer.stood(after: 1)
        offer.renewed(nil)
        #expect(offer.renewal == nil)
        offer.stood(after: 1)
        #expect(offer.stoodAfter == nil)
    }
}
