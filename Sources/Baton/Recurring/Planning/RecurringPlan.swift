#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which occurrences of an entry are to be decided at a date, and when the next is: no clock, no storage.
struct RecurringPlan {
    /// What stands for the next occurrence where there is none any more.
    static let never = Date(timeIntervalSinceReferenceDate: .infinity)

    /// The occurrences, oldest first, each with the date at which its job becomes ready.
    let occurrences: [(at: Date, startAt: Date)]
    /// The next occurrence.
    let nextAt: Date

    /// Plans.
    ///
    /// - Parameters:
    ///   - record: The entry.
    ///   - now: The storage's date.
    /// - Throws: ``RecurringError`` when the entry cannot be read.
    init(_ record: RecurringRecord, at now: Date) throws(RecurringError) {
        let definition = record.definition
        let policy = try definition.policy
        let timetable = try Timetable(definition.schedule)
        var dates = record.heldAt.map { [$0] } ?? []
        if let due = record.nextAt, due > now {
            nextAt = due
        } else {
            if let due = record.nextAt { dates += Self.due(since: due, at: now, timetable, policy.misfire) }
            nextAt = timetable.next(after: now, knowing: record.nextAt) ?? Self.never
        }
        occurrences = Self.ascending(dates).map { date in
            (date, date.adding(policy.jitter * Self.fraction(definition.id, date)))
        }
    }

    /// Leaves dates out that do not come after the one before: storage decides each of an entry's once, and one that has
    /// waited stands for those up to it.
    private static func ascending(_ dates: [Date]) -> [Date] {
        var kept: [Date] = []
        for date in dates where kept.last.map({ $0.inMicroseconds < date.inMicroseconds }) ?? true { kept.append(date) }
        return kept
    }

    private static func due(
        since first: Date,
        at now: Date,
        _ timetable: Timetable,
        _ misfire: MisfirePolicy
    ) -> [Date] {
        // Later than this is not missed.
        let edge = now.adding(.zero - MisfirePolicy.grace)
        var punctual: [Date] = []
        var next = first > edge ? first : timetable.next(after: edge, knowing: first)
        while let date = next, date <= now {
            punctual.append(date)
            next = timetable.next(after: date, knowing: first)
        }
        let count = misfire.count(hasPunctual: !punctual.isEmpty)
        return timetable.latest(count, from: first, through: edge) + punctual
    }

    /// A number from 0 up to 1 that is the same for everybody who asks about the same occurrence (FNV-1a, mixed).
    private static func fraction(_ id: String, _ date: Date) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
        for byte in id.utf8 { mix(byte) }
        let microseconds = date.timeIntervalSince1970 * 1_000_000
        let word = UInt64(bitPattern: Int64(exactly: microseconds.rounded()) ?? 0)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: word >> shift)) }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return Double((hash ^ hash >> 33) >> 11) / 9_007_199_254_740_992
    }
}
