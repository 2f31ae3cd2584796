internal import Baton

extension Migration {
    /// Queues whose jobs are not started for the time being.
    static let pauses = Migration(version: 12) { schema in
        """
        CREATE TABLE \(schema.pause) (
            queue text NOT NULL,
            -- Empty for every server.
            server text NOT NULL DEFAULT '',
            paused_at timestamptz NOT NULL DEFAULT now(),
            reason text,
            PRIMARY KEY (queue, server)
        );

        CREATE VIEW \(schema.name).queue_pauses AS
        SELECT queue, nullif(server, '') AS server, paused_at, reason FROM \(schema.pause);

        CREATE OR REPLACE VIEW \(schema.name).queues AS
        SELECT coalesce(j.queue, p.queue) AS queue, coalesce(j.enqueued, 0) AS enqueued,
            coalesce(j.processing, 0) AS processing, j.oldest_enqueued_age,
            (
                SELECT now() - r.opened_at FROM \(schema.probe) AS r
                WHERE r.queue = j.queue AND r.id IS NOT NULL AND r.phase = \(ProbeRound.Phase.published.rawValue)
                    AND r.gives_up_at > now()
            ) AS probe_age,
            -- How many living servers serve it.
            (
                SELECT count(*) FROM \(schema.server) AS s
                WHERE coalesce(j.queue, p.queue) = ANY (s.queues) AND NOT s.dead AND s.lease_until >= now()
            ) AS servers,
            -- Since when on every server, and why.
            p.paused_at, p.pause_reason,
            -- On which others by themselves.
            coalesce(p.paused_servers, '{}') AS paused_servers
        FROM (
            SELECT queue, count(*) FILTER (WHERE state = \(JobState.enqueued.code)) AS enqueued,
                count(*) FILTER (WHERE state = \(JobState.processing.code)) AS processing,
                now() - min(enqueued_at) FILTER (WHERE state = \(JobState.enqueued.code)) AS oldest_enqueued_age
            FROM \(schema.active) GROUP BY queue
        ) AS j
        FULL JOIN (
            SELECT queue, min(paused_at) FILTER (WHERE server = '') AS paused_at,
                min(reason) FILTER (WHERE server = '') AS pause_reason,
                array_agg(server ORDER BY server) FILTER (WHERE server <> '') AS paused_servers
            FROM \(schema.pause) GROUP BY queue
        ) AS p ON p.queue = j.queue;
        """
    }
}
