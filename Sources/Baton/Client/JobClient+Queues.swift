extension JobClient {
    /// Queues, to pause and to resume.
    public var queues: JobQueues { JobQueues(client: self) }
}
