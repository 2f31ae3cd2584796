/// A number that a measurement ends with, named by its place in the JSON.
enum Figure: String, Sendable, Hashable, CaseIterable {
    case seconds
    case jobsPerSecond = "jobs_per_second"
    case startP50 = "start_ms.p50"
    case startP90 = "start_ms.p90"
    case startP99 = "start_ms.p99"
    case startP999 = "start_ms.p999"
    case startMax = "start_ms.max"
    case finishP50 = "finish_ms.p50"
    case finishP90 = "finish_ms.p90"
    case finishP99 = "finish_ms.p99"
    case finishP999 = "finish_ms.p999"
    case finishMax = "finish_ms.max"
    case postgresMicroseconds = "cpu_us_per_job.postgres"
    case rabbitmqMicroseconds = "cpu_us_per_job.rabbitmq"
    case batonMicroseconds = "cpu_us_per_job.baton"
    case walBytes = "wal_bytes_per_job"
    case statements = "statements_per_job"
    case peakMemory = "rss_mb.peak"
    case memory = "rss_mb.now"
    /// Where publishing lasts longer than storing: jobs per second until the broker has confirmed every message.
    case publishedPerSecond = "settings.published_jobs_per_second"
    /// How late the bench itself enqueues, which counts as latency, too.
    case callP50 = "settings.call_ms.p50"
    case callP99 = "settings.call_ms.p99"
    /// Until the call that enqueues has returned.
    case returnP50 = "settings.return_ms.p50"
    case returnP99 = "settings.return_ms.p99"
    /// From the call, and not from the time at which it was due, until the start.
    case startSinceCallP50 = "settings.call_to_start_ms.p50"
    case startSinceCallP99 = "settings.call_to_start_ms.p99"
    /// Of jobs that were due while a server was away, or had just come back.
    case outageStartP50 = "settings.outage.start_ms.p50"
    case outageStartP99 = "settings.outage.start_ms.p99"
    case outageStartMax = "settings.outage.start_ms.max"
    /// Until the calls of those jobs had ended.
    case outageReturnP50 = "settings.outage.return_ms.p50"
    case outageReturnP99 = "settings.outage.return_ms.p99"
    case outageReturnMax = "settings.outage.return_ms.max"
    /// Calls that returned, and calls that threw.
    case enqueuesStored = "settings.outage.enqueues_stored"
    case enqueuesFailed = "settings.outage.enqueues_failed"
    /// Jobs of calls that returned which did not succeed.
    case jobsLost = "settings.outage.lost"
    /// Calls that stored two jobs.
    case storedTwice = "settings.outage.stored_twice"
    /// Jobs that were run more than once, which a job may be.
    case startedTwice = "settings.outage.started_twice"
    /// Jobs of which two ends were accepted.
    case endedTwice = "settings.outage.ended_twice"
    /// Occurrences of a recurring entry: how many there were, how many made a job, and more than one, and none.
    case occurrencesDue = "settings.recurring.due"
    case occurrencesMade = "settings.recurring.made"
    case occurrencesDoubled = "settings.recurring.made_more_than_once"
    case occurrencesMissing = "settings.recurring.missing"
    /// Until the start of those that were due while every server was up.
    case upStartP50 = "settings.recurring.up_start_ms.p50"
    case upStartP99 = "settings.recurring.up_start_ms.p99"
    case upStartMax = "settings.recurring.up_start_ms.max"
    /// How many of them there were.
    case upCount = "settings.recurring.up"
    /// Of jobs that the client enqueued beside submissions, until their start; and a submission's median by theirs.
    case enqueuedStartP50 = "settings.enqueued.start_ms.p50"
    case enqueuedStartP99 = "settings.enqueued.start_ms.p99"
    case submissionRatio = "settings.enqueued.start_p50_ratio"
    /// What the broker said to a producer that is too fast, and the memory in use once all was full, and at the end.
    case submissionsTaken = "settings.flood.taken"
    case submissionsRefused = "settings.flood.refused"
    case earlyMemory = "settings.flood.rss_mb.second_quarter"
    case lateMemory = "settings.flood.rss_mb.last_quarter"
    /// Of a server that reconciles: its passes, and for each of them all that it asked of the database, and all rows of the
    /// table of enqueued jobs that it read.
    case reconcilePasses = "settings.reconcile.passes"
    case passStatements = "settings.reconcile.statements_per_pass"
    case passRows = "settings.reconcile.rows_read_per_pass"
    /// The look for disagreement, with which a pass begins.
    case surveyP50 = "settings.reconcile.survey_ms.p50"
    case surveyMax = "settings.reconcile.survey_ms.max"
    /// The look for jobs that have waited for long.
    case lookP50 = "settings.reconcile.look_ms.p50"
    case lookMax = "settings.reconcile.look_ms.max"
    /// Of jobs that were removed: how long it took to count them before, the longest step of the removal, and all steps until
    /// their files were gone, too.
    case retentionCounting = "settings.retention.counting_seconds"
    case retentionLongest = "settings.retention.longest_step_ms"
    case retentionFiles = "settings.retention.files_seconds"
    /// The table of jobs that have not ended, without and with its indexes: when a backlog was stored, and when it had been
    /// drained and vacuumed; and how long after its end that was.
    case backlogTable = "settings.table.backlog_mb"
    case backlogIndexes = "settings.table.backlog_indexes_mb"
    case restingTable = "settings.table.resting_mb"
    case restingIndexes = "settings.table.resting_indexes_mb"
    case restingAfter = "settings.table.resting_after_seconds"
}
