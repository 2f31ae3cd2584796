import Testing

@testable import Baton

/// Asked at 100 s, answered by storage at 101 s and by the broker at 102 s; the offer rests on a renewal 3 s before, so
/// at 97 s or later.
@Suite struct SightingTests {
    private func sight(
        isLocked: Bool = false,
        isThere: Bool? = false,
        stoodAge: Double = 3,
        sessionAge: Double = 60,
        connectionAge: Double = 60
    ) -> Sighting {
        Sighting(
            PeerSighting(
                presence: ServerPresence(Sample.uuid(1)),
                isLocked: isLocked,
                renewal: 5,
                stoodAge: .seconds(stoodAge),
                sessionAge: .seconds(sessionAge)
            ),
            queue: isThere.map { PresenceSighting(isThere: $0, connectionAge: .seconds(connectionAge)) },
            askedAt: Sample.instant(100),
            storageAnsweredAt: Sample.instant(101),
            brokerAnsweredAt: Sample.instant(102)
        )
    }

    @Test func onlyBothWitnessesMissingIsGone() {
        #expect(sight().isGone)
        #expect(!sight(isLocked: true).isGone)
        #expect(!sight(isThere: true).isGone)
        #expect(!sight(isLocked: true, isThere: true).isGone)
        #expect(!sight(isThere: nil).isGone)
    }

    @Test func bothOfMyConnectionsMustBeOlderThanTheRenewalThatTheOfferRestsOn() {
        #expect(sight().isUnbroken)
        #expect(sight(sessionAge: 4, connectionAge: 5).isUnbroken)
        #expect(!sight(sessionAge: 3.9).isUnbroken)
        #expect(!sight(connectionAge: 4.9).isUnbroken)
        #expect(!sight(isThere: nil).isUnbroken)
    }

    /// The database's clock was set back; how old that renewal is cannot be told.
    @Test func aRenewalFromTheFutureDoesNotCount() {
        #expect(!sight(stoodAge: -1).isUnbroken)
    }
}
