#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// A living session's first rows that are looked at.
    ///
    /// They age in the order of their numbers, so when none of these is too old, none behind them is.
    private static var livingWindow: Int { 1000 }

    /// Whether a session's word of a mark is stored.
    ///
    /// - Parameter mark: The mark.
    /// - Returns: Whether its publish is confirmed.
    package func isConfirmed(_ mark: PublishMark) -> Bool {
        guard let watermark = sessions[mark.session]?.watermark else { return false }
        return mark.sequence < watermark.confirmedBelow && !watermark.pending.contains(mark.sequence)
    }

    /// The first enqueued rows whose publishing nobody answers for (PROTOCOL section 4).
    ///
    /// The cost follows what is unconfirmed, not the backlog.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - age: How old an unconfirmed row of a living session must be.
    ///   - now: The present date.
    /// - Returns: The jobs.
    package func unpublished(limit: Int, age: Duration, at now: Date) -> [JobID] {
        var found = rows.unmarked.prefix(limit).map(\.id)
        let (known, unknown) = rows.markingSessions.reduce(into: ([PublisherSession](), [PublisherSession]())) {
            if sessions[$1] == nil { $0.1.append($1) } else { $0.0.append($1) }
        }
        for session in unknown where found.count < limit {
            found += rows.marked(by: session).prefix(limit - found.count).map(\.id)
        }
        for session in known where found.count < limit {
            found += unconfirmed(session, limit: limit - found.count, age: age, at: now)
        }
        return found
    }

    private func unconfirmed(_ name: PublisherSession, limit: Int, age: Duration, at now: Date) -> [JobID] {
        guard let session = sessions[name] else { return [] }
        let isOver = session.isClosed || session.leaseUntil < now
        let young = now.adding(.zero - age)
        let marked = rows.marked(by: name)
        let confirmedBelow = session.watermark.confirmedBelow
        let pending = session.watermark.pending.filter { $0 < confirmedBelow }.flatMap { rows(in: marked, at: $0) }
        let behind = marked.from(Ordered(value: confirmedBelow, id: Self.firstID))
        let unconfirmed = pending + behind.prefix(isOver ? limit : Self.livingWindow)
        let found = unconfirmed.lazy.map(\.id).filter { id in isOver || rows[id].map { $0.stateAt < young } ?? false }
        return Array(found.prefix(limit))
    }

    /// The rows that bear one of a session's numbers: one, if any.
    private func rows(in marked: SortedIndex<Ordered<Int64>>, at sequence: Int64) -> [Ordered<Int64>] {
        marked.from(Ordered(value: sequence, id: Self.firstID)).prefix { $0.value == sequence }
    }

    /// The enqueued rows that bear these marks.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - sequences: The numbers.
    /// - Returns: The jobs.
    func enqueued(_ session: PublisherSession, _ sequences: [Int64]) -> [JobID] {
        let marked = rows.marked(by: session)
        return sequences.flatMap { rows(in: marked, at: $0) }.map(\.id)
    }

    /// The id before all others.
    static var firstID: JobID { JobID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }
}
