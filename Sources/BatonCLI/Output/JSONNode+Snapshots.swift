import Baton

/// Keys are the columns of the views `baton.jobs`, `baton.job_history`, `baton.servers`, `baton.queues` and
/// `baton.job_statistics_hourly`.
extension JSONNode {
    init(_ job: JobSnapshot) {
        self = .object([
            "id": .string("\(job.id)"),
            "type": .string(job.name),
            "queue": .string(job.queue),
            "state": .string(job.state.rawValue),
            "arguments": .stored(job.arguments),
            "generation": .number(job.generation),
            "run": .number(job.run),
            "attempt": .number(job.attempt),
            "max_attempts": .number(job.maximumAttempts),
            "created_at": .date(job.createdAt),
            "state_at": .date(job.stateAt),
            "scheduled_at": .date(job.scheduledAt),
            "result": .optional(job.result),
            "progress": job.progress.map { .decimal($0.fraction) } ?? .null,
            "progress_message": .optional(job.progress?.message),
            "error_type": .optional(job.failure?.type),
            "error_message": .optional(job.failure?.message),
            "error_details": .optional(job.failure?.details),
        ])
    }

    init(_ entry: JobHistoryEntry, number: Int) {
        self = .object([
            "seq": .number(number),
            "at": .date(entry.at),
            "state": .string(entry.state.rawValue),
            "reason": .optional(entry.reason),
            "server": .optional(entry.server?.description),
            "run": .number(entry.run),
            "attempt": .number(entry.attempt),
            "data": .optional(entry.data),
        ])
    }

    init(_ server: ServerSnapshot) {
        self = .object([
            "epoch": .string("\(server.epoch)"),
            "name": .string(server.name),
            "pid": .number(server.processID),
            "state": .string(server.state.rawValue),
            "queues": .array(server.queues.map { .string($0) }),
            "concurrency": .number(server.concurrency),
            "job_names": .array(server.jobNames.map { .string($0) }),
            "started_at": .date(server.startedAt),
            "heartbeat_at": .date(server.heartbeatAt),
            "lease_until": .date(server.leaseUntil),
            "certified_at": .date(server.certifiedAt),
        ])
    }

    init(_ queue: QueueSnapshot) {
        self = .object([
            "queue": .string(queue.name),
            "enqueued": .number(queue.enqueued),
            "processing": .number(queue.processing),
            "scheduled": .number(queue.scheduled),
            "oldest_enqueued_seconds": queue.oldestAge.map { .decimal($0.inSeconds) } ?? .null,
            "probe_seconds": queue.probeAge.map { .decimal($0.inSeconds) } ?? .null,
            "servers": .number(queue.servers),
            "is_unserved": .bool(queue.isUnserved),
            "pauses": .array(queue.pauses.map { JSONNode($0) }),
            "is_partial": .bool(queue.isPartial),
        ])
    }

    init(_ pause: QueuePause) {
        self = .object([
            "server": .optional(pause.server),
            "paused_at": .date(pause.since),
            "reason": .optional(pause.reason),
        ])
    }

    init(_ disagreement: Disagreement) {
        self = .object([
            "kind": .string(disagreement.kind.rawValue),
            "job_id": .optional(disagreement.job?.description),
            "type": .optional(disagreement.name),
            "queue": .optional(disagreement.queue),
            "server": .optional(disagreement.server?.description),
            "since": .date(disagreement.since),
            "reason": .string(disagreement.reason),
            "remedy": .string(disagreement.remedy),
        ])
    }

    init(_ statistic: JobStatistic, by period: JobStatistic.Period) {
        self = .object([
            period.rawValue: .date(statistic.start),
            "type": .string(statistic.name),
            "state": .string(statistic.state.rawValue),
            "jobs": .number(statistic.jobs),
            "duration_ms": .decimal(statistic.duration.inSeconds * 1000),
        ])
    }
}
