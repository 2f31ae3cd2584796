#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// A consumer session.
    package struct Consumer: Sendable {
        /// The queue that it consumes.
        package var queue: String
        /// The server's epoch.
        package var owner: ServerEpoch
        /// When it ended, if it has.
        package var endedAt: Date?
        /// The last round that it joined.
        package var joined: ProbeID?
        /// The last round in which it passed.
        package var passed: ProbeID?
    }

    /// How the probing of one queue stands.
    package struct Probing: Sendable {
        /// The round that was begun last, unless it is over.
        package var round: Round?
        /// How many rounds in a row came to nothing.
        package var failures = 0
        /// How many rounds were void although their probes had come back, since one ended as a loss.
        package var voids = 0
        /// Before when there is no other round.
        package var notBefore: Date?
        /// Why the last round that proved nothing did not, for people.
        package var lastReason: String?
    }

    /// A round of probing.
    package struct Round: Sendable {
        /// Its number.
        package var id: ProbeID
        /// How far it has come.
        package var phase = ProbeRound.Phase.joining
        /// How long it may take.
        package var patience: Duration
        /// When it is given up.
        package var givesUpAt: Date
        /// The lanes that its probe has come back from.
        package var lanes: Set<Int> = []
        /// The consumer sessions that it rests on: those of then, and those that came since.
        package var consumers: [ConsumerSession]
        /// Every publisher session's watermark of then, in the order of the sessions.
        package var watermarks: [PublisherWatermark]
    }

    /// What is known to be lost: the messages of a queue that were confirmed by these watermarks.
    package struct Loss: Sendable {
        /// Its number.
        package var id: ProbeID
        /// The queue.
        package var queue: String
        /// Whether it is certain.
        package var isConfirmed: Bool
        /// When it was stored.
        package var at: Date
        /// The watermarks, in the order of the sessions.
        package var watermarks: [PublisherWatermark]
        /// Which of them is looked at next.
        var position = 0
        /// From which of its numbers on.
        var sequence = Int64.min
    }
}
