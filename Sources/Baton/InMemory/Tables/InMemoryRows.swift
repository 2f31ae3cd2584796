#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The rows of jobs, in the order in which they were stored, with the indexes that keep calls from looking at rows that
/// do not concern them.
///
/// However a row is changed, its place in the indexes follows.
package struct InMemoryRows: Sendable {
    package typealias Row = InMemoryTables.Row

    private var slots: [Row?] = []
    private var slotOf: [JobID: Int] = [:]
    private var indexes = RowIndexes()

    /// How many there are.
    package var count: Int { slotOf.count }

    /// Whether there is none.
    package var isEmpty: Bool { slotOf.isEmpty }

    /// All of them, in the order in which they were stored.
    package var values: [Row] { slots.compactMap { $0 } }

    /// Their ids, in the same order.
    package var keys: [JobID] { values.map(\.job.id) }

    /// A job's row; `nil` when there is none.
    ///
    /// - Parameter id: The job.
    package subscript(id: JobID) -> Row? {
        get { slotOf[id].flatMap { slots[$0] } }
        _modify {
            if let slot = slotOf[id] {
                let before = slots[slot].map(RowPlace.init)
                defer { settle(id, slot, before) }
                yield &slots[slot]
            } else {
                var row: Row?
                defer {
                    if row != nil {
                        slotOf[id] = slots.count
                        slots.append(row)
                        settle(id, slots.count - 1, nil)
                    }
                }
                yield &row
            }
        }
    }

    private mutating func settle(_ id: JobID, _ slot: Int, _ before: RowPlace?) {
        if slots[slot] == nil { slotOf[id] = nil }
        let ticket = indexes.ticket(for: slots[slot], since: before)
        slots[slot]?.ticket = ticket
        indexes.move(id, from: before, to: slots[slot].map(RowPlace.init))
    }

    /// Gives the room back that removed rows leave, once it is half of all.
    mutating func compact() {
        guard slots.count > 2 * slotOf.count + 64 else { return }
        slots = slots.filter { $0 != nil }
        for (slot, row) in slots.enumerated() {
            if let row { slotOf[row.job.id] = slot }
        }
    }

    // MARK: Indexes

    /// The last place given to a row that returned to one of these queues; 0 before the first.
    ///
    /// - Parameter queues: The queues.
    /// - Returns: The place.
    func lastTicket(in queues: [String]) -> Int64 {
        queues.reduce(0) { max($0, indexes.lastTickets[$1] ?? 0) }
    }

    /// The enqueued rows of a queue, a function and a level, in the order in which they came.
    func waiting(queue: String, name: String, level: JobPriorityLevel = .normal) -> SortedIndex<Ordered<Int64>> {
        indexes.waiting[RowPlace.Lane(queue: queue, name: name, level: level)] ?? SortedIndex()
    }

    /// The queues, functions and levels of which rows were ever enqueued, in their order.
    var lanes: [RowPlace.Lane] {
        indexes.waiting.keys.sorted { ($0.queue, $0.name, $0.level) < ($1.queue, $1.name, $1.level) }
    }

    /// The queues that have scheduled rows, in their order.
    var dueQueues: [String] { indexes.due.keys.sorted() }

    /// The scheduled rows of a queue, in the order in which they become due.
    func due(in queue: String) -> SortedIndex<Ordered<Date>> {
        indexes.due[queue] ?? SortedIndex()
    }

    /// The rows of jobs that have ended, in the order in which they did.
    var ended: SortedIndex<Ordered<Date>> { indexes.ended }

    /// The owners of processing rows, in the order of their ids; `nil` for a row that has none.
    var owners: [ServerEpoch?] {
        indexes.owned.keys.sorted { left, right in
            guard let right else { return false }
            return left.map { $0.uuid.words < right.uuid.words } ?? true
        }
    }

    /// The processing rows of an owner, in the order of their ids.
    func owned(by owner: ServerEpoch?) -> SortedIndex<Ordered<Int>> {
        indexes.owned[owner] ?? SortedIndex()
    }

    /// The enqueued rows without a mark, in the order in which they came.
    var unmarked: SortedIndex<Ordered<Int64>> { indexes.unmarked }

    /// The sessions whose marks enqueued rows bear, in the order of their ids.
    var markingSessions: [PublisherSession] {
        indexes.marked.keys.sorted { $0.uuid.words < $1.uuid.words }
    }

    /// The enqueued rows that bear a session's marks, in the order of their numbers.
    func marked(by session: PublisherSession) -> SortedIndex<Ordered<Int64>> {
        indexes.marked[session] ?? SortedIndex()
    }
}
