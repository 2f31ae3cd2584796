#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a row belongs in the indexes.
enum RowPlace: Equatable {
    /// Jobs of one queue, one function and one level of priority.
    struct Lane: Hashable, Sendable {
        let queue: String
        let name: String
        let level: JobPriorityLevel
    }

    case waiting(Lane, generation: Int, ticket: Int64, PublishMark?)
    case due(queue: String, Date)
    case owned(ServerEpoch?)
    case ended(Date)
    /// In none of them: nothing ever looks for it.
    case resting

    init(_ row: InMemoryTables.Row) {
        switch (row.state, row.dueAt) {
        case (.enqueued, _):
            let lane = Lane(queue: row.job.queue, name: row.job.name, level: JobPriorityLevel(row.job.priority))
            self = .waiting(lane, generation: row.generation, ticket: row.ticket, row.mark)
        case (.scheduled, let dueAt?): self = .due(queue: row.job.queue, dueAt)
        case (.processing, _): self = .owned(row.owner)
        case (.succeeded, _), (.deleted, _), (.failed, _): self = .ended(row.stateAt)
        default: self = .resting
        }
    }
}
