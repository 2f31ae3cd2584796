internal import Baton

extension Migration {
    /// How long a probe has been on its way through a queue, in the view of queues.
    static let probeAge = Migration(version: 7) { schema in
        """
        CREATE OR REPLACE VIEW \(schema.name).queues AS
        SELECT queue,
            count(*) FILTER (WHERE state = \(JobState.enqueued.code)) AS enqueued,
            count(*) FILTER (WHERE state = \(JobState.processing.code)) AS processing,
            now() - min(enqueued_at) FILTER (WHERE state = \(JobState.enqueued.code)) AS oldest_enqueued_age,
            (
                SELECT now() - p.opened_at FROM \(schema.probe) AS p
                WHERE p.queue = j.queue AND p.id IS NOT NULL AND p.phase = \(ProbeRound.Phase.published.rawValue)
                    AND p.gives_up_at > now()
            ) AS probe_age
        FROM \(schema.active) AS j
        GROUP BY queue;
        """
    }
}
