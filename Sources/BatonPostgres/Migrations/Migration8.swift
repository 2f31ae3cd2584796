extension Migration {
    /// Due jobs by queue: each is promoted at a pace of its own.
    static let pace = Migration(version: 8) { schema in
        """
        CREATE INDEX scheduled_job_pace ON \(schema.scheduled) (queue, run_at, id);
        DROP INDEX \(schema.name).scheduled_job_due;
        """
    }
}
