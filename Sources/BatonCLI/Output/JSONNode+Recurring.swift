import Baton

/// Keys are the columns of the views `baton.recurring` and `baton.recurring_history`.
extension JSONNode {
    init(_ entry: RecurringEntry) {
        self = .object([
            "id": .string(entry.id),
            "type": .string(entry.name),
            "queue": .string(entry.queue),
            "arguments": .stored(entry.arguments),
            "schedule": .string(entry.schedule.text),
            "zone": .string(entry.schedule.zone),
            "summary": .optional(entry.summary),
            "misfire": .optional(entry.policy?.misfire.text),
            "overlap": .optional(entry.policy?.overlap.rawValue),
            "jitter_ms": entry.policy.map { .decimal($0.jitter.milliseconds) } ?? .null,
            "paused": .bool(entry.isPaused),
            "error": .optional(entry.error),
            "next_at": .date(entry.nextAt),
            "last_at": .date(entry.lastAt),
            "last_job_id": .optional(entry.lastJobID?.description),
        ])
    }

    init(_ occurrence: RecurringOccurrence) {
        self = .object([
            "at": .date(occurrence.at),
            "outcome": .string(occurrence.outcome.rawValue),
            "job_id": .optional(occurrence.jobID?.description),
            "decided_at": .date(occurrence.decidedAt),
        ])
    }
}
