import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DefectiveStorage: RecurringForwarding {
    func forward<Answer: Sendable>(
        _ call: RecurringCall,
        _ body: @escaping @Sendable (any RecurringStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        try await body(inner)
    }

    func setRecurring(
        _ definition: RecurringDefinition,
        nextAt: Date
    ) async throws(JobStorageError) -> RecurringSetting {
        var definition = definition
        switch defect {
        case .forgetsPriorities: definition.priority = 0
        case .setsAnew: _ = try await inner.removeRecurring(definition.id)
        case .allowsOverlap: definition.overlap = OverlapPolicy.allow.rawValue
        default: break
        }
        return try await inner.setRecurring(definition, nextAt: nextAt)
    }

    func removeRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        if defect == .removesNothing { return true }
        return try await inner.removeRecurring(id)
    }

    func pauseRecurring(_ id: String) async throws(JobStorageError) -> Bool {
        if defect == .pausesNothing { return try await inner.recurring(id) != nil }
        return try await inner.pauseRecurring(id)
    }

    func disableRecurring(
        _ id: String,
        revision: Int64,
        error: String
    ) async throws(JobStorageError) -> Bool {
        if defect == .disablesNothing { return false }
        return try await inner.disableRecurring(id, revision: revision, error: error)
    }

    func recurringHistory(
        of id: String,
        limit: Int
    ) async throws(JobStorageError) -> [RecurringOccurrence] {
        if defect == .forgetsOccurrences { return [] }
        return try await inner.recurringHistory(of: id, limit: limit)
    }

    func dueRecurring(limit: Int) async throws(JobStorageError) -> RecurringDue {
        var due = try await inner.dueRecurring(limit: limit)
        if defect == .tellsNothingDue { due.records = [] }
        return due
    }

    func advanceRecurring(
        _ advances: [RecurringAdvance],
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> RecurringFiring {
        var (advances, marks) = (advances, marks)
        for index in advances.indices {
            switch defect {
            case .advancesAnyRevision:
                let record = try await inner.recurring(advances[index].id)
                advances[index].revision = record?.revision ?? advances[index].revision
            case .putsNothingOff:
                for place in advances[index].occurrences.indices {
                    advances[index].occurrences[place].startAt = advances[index].occurrences[place].at
                }
            case .decidesADateTwice:
                advances[index].occurrences.removeLast(max(advances[index].occurrences.count - 1, 0))
            default: break
            }
        }
        if defect == .firesWithoutAMark { marks = PublishMarkRange(unmarked: marks.count) }
        var firing = try await inner.advanceRecurring(advances, marks: marks)
        if defect == .firesTwice, firing.dispatches.isEmpty {
            for occurrence in advances.flatMap(\.occurrences) {
                let message = DispatchMessage(
                    id: occurrence.jobID,
                    generation: 1,
                    queue: "mail",
                    name: "mail.digest"
                )
                firing.dispatches.append(MarkedDispatch(message: message, sequence: marks.sequences.lowerBound))
            }
        }
        return firing
    }

    func triggerRecurring(
        _ id: String,
        job: JobID,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> MarkedDispatch? {
        if defect == .triggersNothing { return nil }
        return try await inner.triggerRecurring(id, job: job, marks: marks)
    }

    func trimRecurringHistory(keeping count: Int, limit: Int) async throws(JobStorageError) -> Int {
        if defect == .trimsNothing { return 0 }
        return try await inner.trimRecurringHistory(keeping: count, limit: limit)
    }
}
