#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The indexes over the rows that something may look for.
struct RowIndexes: Sendable {
    private(set) var waiting: [RowPlace.Lane: SortedIndex<Ordered<Int64>>] = [:]
    private(set) var due: [String: SortedIndex<Ordered<Date>>] = [:]
    private(set) var owned: [ServerEpoch?: SortedIndex<Ordered<Int>>] = [:]
    private(set) var ended = SortedIndex<Ordered<Date>>()
    private(set) var unmarked = SortedIndex<Ordered<Int64>>()
    private(set) var marked: [PublisherSession: SortedIndex<Ordered<Int64>>] = [:]
    /// The last ticket of each queue.
    private(set) var lastTickets: [String: Int64] = [:]
    private var lastTicket: Int64 = 0

    /// A row's place among all that returned to a queue: a new one with each generation.
    mutating func ticket(for row: InMemoryTables.Row?, since before: RowPlace?) -> Int64 {
        guard let row, row.state == .enqueued else { return row?.ticket ?? 0 }
        if case .waiting(_, row.generation, _, _) = before { return row.ticket }
        lastTicket += 1
        lastTickets[row.job.queue] = lastTicket
        return lastTicket
    }

    mutating func move(_ id: JobID, from before: RowPlace?, to after: RowPlace?) {
        guard before != after else { return }
        if let before { remove(id, from: before) }
        if let after { insert(id, at: after) }
    }

    private mutating func insert(_ id: JobID, at place: RowPlace) {
        switch place {
        case .waiting(let lane, _, let ticket, let mark):
            waiting[lane, default: SortedIndex()].insert(Ordered(value: ticket, id: id))
            if let mark {
                marked[mark.session, default: SortedIndex()].insert(Ordered(value: mark.sequence, id: id))
            } else {
                unmarked.insert(Ordered(value: ticket, id: id))
            }
        case .due(let queue, let date): due[queue, default: SortedIndex()].insert(Ordered(value: date, id: id))
        case .owned(let owner): owned[owner, default: SortedIndex()].insert(Ordered(value: 0, id: id))
        case .ended(let date): ended.insert(Ordered(value: date, id: id))
        case .resting: break
        }
    }

    private mutating func remove(_ id: JobID, from place: RowPlace) {
        switch place {
        case .waiting(let lane, _, let ticket, let mark):
            waiting[lane]?.remove(Ordered(value: ticket, id: id))
            if let mark {
                marked.remove(Ordered(value: mark.sequence, id: id), under: mark.session)
            } else {
                unmarked.remove(Ordered(value: ticket, id: id))
            }
        case .due(let queue, let date): due.remove(Ordered(value: date, id: id), under: queue)
        case .owned(let owner): owned.remove(Ordered(value: 0, id: id), under: owner)
        case .ended(let date): ended.remove(Ordered(value: date, id: id))
        case .resting: break
        }
    }
}

extension Dictionary {
    /// Removes an element from an index, and an index with its last: owners and sessions come and go.
    fileprivate mutating func remove<Element>(_ element: Element, under key: Key) where Value == SortedIndex<Element> {
        self[key]?.remove(element)
        if self[key]?.isEmpty == true { self[key] = nil }
    }
}
