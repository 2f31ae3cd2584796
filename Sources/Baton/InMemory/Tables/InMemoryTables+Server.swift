#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// A server.
    package struct Server: Sendable {
        /// What it said of itself.
        package var registration: ServerRegistration
        /// Until when it counts as alive without another heartbeat.
        package var leaseUntil: Date
        /// Whether it is certified dead.
        package var isDead = false
        /// When it was certified.
        package var certifiedAt: Date?
        /// Whether it may be certified before its lease is over.
        package var offersTakeover = false
        /// The name of its last renewal.
        package var renewal: Int64
        /// When that was.
        package var renewedAt: Date
        /// When the renewal before the last was, on which its offer rests; `nil` before there were two.
        package var stoodAfter: Date?
        /// Since when its heartbeats came without a gap: the witness that storage was up.
        package var unbrokenSince: Date
        /// When it was listed.
        package let startedAt: Date

        /// Makes a server.
        ///
        /// - Parameters:
        ///   - registration: What it says of itself.
        ///   - leaseUntil: Until when it counts as alive without a heartbeat.
        ///   - offersTakeover: Whether it may be certified before.
        ///   - renewal: The name of its last renewal.
        ///   - renewedAt: When that was.
        ///   - stoodAfter: When the one before was.
        package init(
            registration: ServerRegistration,
            leaseUntil: Date,
            offersTakeover: Bool = false,
            renewal: Int64,
            renewedAt: Date,
            stoodAfter: Date? = nil
        ) {
            self.registration = registration
            self.leaseUntil = leaseUntil
            self.offersTakeover = offersTakeover
            self.renewal = renewal
            self.renewedAt = renewedAt
            self.stoodAfter = stoodAfter
            self.unbrokenSince = renewedAt
            self.startedAt = renewedAt
        }
    }

    /// A publisher session.
    package struct Session: Sendable {
        /// How far it is confirmed.
        package var watermark: PublisherWatermark
        /// Until when it counts as alive without another word.
        package var leaseUntil: Date
        /// When it ended, if it has.
        package var endedAt: Date?

        /// Whether it has ended by itself.
        package var isClosed: Bool { endedAt != nil }

        /// Makes a session.
        ///
        /// - Parameters:
        ///   - watermark: How far it is confirmed.
        ///   - leaseUntil: Until when it counts as alive without another word.
        ///   - endedAt: When it ended, if it has.
        package init(watermark: PublisherWatermark, leaseUntil: Date, endedAt: Date? = nil) {
            self.watermark = watermark
            self.leaseUntil = leaseUntil
            self.endedAt = endedAt
        }
    }
}
