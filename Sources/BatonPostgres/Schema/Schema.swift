internal import Baton

/// What the tables of one namespace are called in SQL, and the pieces of SQL that several statements share.
///
/// Names are always qualified and quoted, so that neither `search_path` nor a namespace such as `user` matters.
struct Schema: Sendable {
    let namespace: Namespace

    /// The schema's own name, quoted.
    var name: String { "\"\(namespace.name)\"" }

    /// Enqueued and processing jobs.
    var active: String { "\(name).active_job" }
    /// Jobs that wait for their time.
    var scheduled: String { "\(name).scheduled_job" }
    /// Jobs that wait for a person.
    var failed: String { "\(name).failed_job" }
    /// Jobs in a final state, partitioned by the UTC day on which they ended.
    var finished: String { "\(name).finished_job" }
    /// Servers by epoch.
    var server: String { "\(name).server" }
    /// Publisher sessions with their watermarks.
    var session: String { "\(name).publisher_session" }
    /// Consumer sessions.
    var consumer: String { "\(name).consumer_session" }
    /// How the probing of each queue stands.
    var probe: String { "\(name).probe" }
    /// What is known to be lost, or may be.
    var loss: String { "\(name).loss" }
    /// The watermarks that belong to rounds and losses.
    var watermarkCopy: String { "\(name).watermark_copy" }
    /// Where and when rows that wait were last looked for.
    var waitingLook: String { "\(name).waiting_look" }
    /// Recurring entries.
    var recurringEntry: String { "\(name).recurring_entry" }
    /// What became of their occurrences.
    var recurringOccurrence: String { "\(name).recurring_occurrence" }
    /// Queues that are paused.
    var pause: String { "\(name).queue_pause" }
    /// Submissions that are remembered.
    var submission: String { "\(name).submission" }
    /// Submissions that are no jobs.
    var reject: String { "\(name).reject" }
    /// Jobs that ended, by the hour.
    var statisticHour: String { "\(name).job_statistic_hour" }
    /// Jobs that ended, by the day.
    var statisticDay: String { "\(name).job_statistic_day" }
    /// How far jobs that ended are counted.
    var retention: String { "\(name).retention" }
    /// How far partitions are gone through.
    var retentionWalk: String { "\(name).retention_walk" }
    /// Queues for which servers wait.
    var armed: String { "\(name).armed_queue" }
    /// Whether a server waits to be told of what comes in by SQL.
    var door: String { "\(name).door" }
    /// Where servers that wait are told of work; what is said is the queue, or a ``DoorSign``.
    var workChannel: String { "baton_work_\(namespace.name)" }
    /// Counts of rare things.
    var counter: String { "\(name).counter" }
    /// The versions applied.
    var migration: String { "\(name).migration" }
    /// The type of an entry of a job's history.
    var transition: String { "\(name).transition" }

    /// Every table that holds jobs.
    ///
    /// A job is in exactly one of them in every snapshot.
    var jobTables: [String] { [active, scheduled, failed, finished] }

    /// SQL for when a row `j` moves (``MoveTime``).
    static let moveTime = """
        CASE WHEN j.state_at < now() + \(interval("\(MoveTime.tolerance.microseconds)")) THEN greatest(now(), j.state_at) \
        ELSE now() END
        """

    /// An entry of a job's history.
    ///
    /// - Parameters:
    ///   - state: The state entered.
    ///   - time: SQL for when.
    ///   - reason: SQL for the reason.
    ///   - server: SQL for the server's epoch.
    ///   - run: SQL for how often the job was claimed.
    ///   - attempt: SQL for how many attempts are spent.
    ///   - generation: SQL for the generation.
    ///   - data: SQL for what belongs to the state.
    /// - Returns: SQL.
    func entry(
        _ state: JobState,
        at time: String = Schema.moveTime,
        reason: String = "NULL",
        server: String = "NULL",
        run: String = "j.run",
        attempt: String = "j.attempt",
        generation: String = "j.generation",
        data: String = "NULL"
    ) -> String {
        "ROW(\(time), \(state.code), \(reason), \(server), \(run), \(attempt), \(generation), \(data))::\(transition)"
    }

    /// Whether a processing row's owner lives: it has a row without a certificate.
    ///
    /// - Parameter owner: SQL for the owner.
    /// - Returns: SQL of a condition.
    func isAlive(_ owner: String) -> String {
        "EXISTS (SELECT FROM \(server) AS s WHERE s.epoch = \(owner) AND NOT s.dead)"
    }

    /// SQL for an interval.
    ///
    /// - Parameter microseconds: SQL for its length.
    /// - Returns: SQL.
    static func interval(_ microseconds: String) -> String {
        "\(microseconds) * interval '1 microsecond'"
    }

    /// SQL for a batch's value for the row `j`.
    ///
    /// Looked up by binary search instead of joined: a join's plan, made while the table is empty, stays bad when the
    /// table is full. The ids must be sorted.
    ///
    /// - Parameters:
    ///   - array: SQL for the values with their type, in the order of the ids `$1`.
    ///   - id: SQL for the row's id.
    /// - Returns: SQL.
    static func own(_ array: String, of id: String = "j.id") -> String {
        "(\(array))[width_bucket(\(id), $1::uuid[])]"
    }
}
