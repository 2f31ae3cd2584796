extension Migration {
    /// Levels of priority among jobs that wait in storage.
    static let priorities = Migration(version: 13) { schema in
        """
        -- Empty where nobody sets priorities. By level, not by number: within a level the oldest is the first.
        CREATE INDEX active_job_priority ON \(schema.active) (
            queue,
            (CASE WHEN priority >= 10 THEN 3 WHEN priority > 0 THEN 2 WHEN priority = 0 THEN 1 ELSE 0 END),
            enqueued_at
        ) WHERE session IS NULL AND priority <> 0;

        -- Rows of normal priority keep an index to themselves: rows of others, however many, are not in their way. A row is in
        -- one of the two, so that an insert costs what it did.
        CREATE INDEX active_job_normal ON \(schema.active) (queue, enqueued_at) WHERE session IS NULL AND priority = 0;

        -- Last, for it keeps everybody out until the commit: heartbeats of running servers, too.
        DROP INDEX \(schema.name).active_job_waiting;
        ALTER INDEX \(schema.name).active_job_normal RENAME TO active_job_waiting;
        """
    }
}
