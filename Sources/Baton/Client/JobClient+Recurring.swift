extension JobClient {
    /// Entries that make a job again and again.
    public var recurring: RecurringJobs { RecurringJobs(client: self) }
}
