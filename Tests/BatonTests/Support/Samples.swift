import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Values of which only a few properties matter to a test.
enum Sample {
    static func id(_ number: Int) -> JobID {
        JobID(uuidv7: UInt64(number), random: (0, UInt64(number)))
    }

    static func uuid(_ number: Int) -> UUID {
        id(1_000_000 + number).uuid
    }

    static func epoch(_ number: Int) -> ServerEpoch {
        ServerEpoch(uuid(number))
    }

    static func session(_ number: Int) -> PublisherSession {
        PublisherSession(uuid(2_000 + number))
    }

    static func message(_ job: Int, generation: Int = 1) -> DispatchMessage {
        DispatchMessage(id: id(job), generation: generation, queue: "default", name: "sample")
    }

    static func delivery(_ job: Int, tag: UInt64) -> Delivery {
        Delivery(message: message(job), isRedelivered: false, session: 1, tag: tag)
    }

    static func claimed(_ job: Int, claim: Int64) -> ClaimedJob {
        ClaimedJob(
            id: id(job),
            name: "sample",
            queue: "default",
            arguments: JSONText("{}"),
            generation: 1,
            run: 1,
            attempt: 1,
            maximumAttempts: 10,
            timeout: nil,
            createdAt: Date(timeIntervalSince1970: 0),
            enqueuedAt: Date(timeIntervalSince1970: 0),
            claim: claim
        )
    }

    /// What a manual clock says after so many seconds.
    static func date(_ seconds: Double) -> Date {
        ManualClock.date(at: instant(seconds))
    }

    static func instant(_ seconds: Double) -> JobInstant {
        JobInstant(offset: .seconds(seconds))
    }
}
