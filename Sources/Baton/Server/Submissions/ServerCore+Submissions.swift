extension ServerCore {
    /// Makes the intake of submissions, where they are wanted.
    static func makeSubmissionConsumer(
        _ client: JobClient,
        _ queues: [String],
        _ configuration: JobServerConfiguration
    ) -> (any SubmissionConsumer)? {
        guard configuration.submissions != nil else { return nil }
        return client.transport.makeSubmissionConsumer(
            queues: queues,
            // Few, as they are settled as soon as they are stored, and may be large.
            prefetch: min(max(configuration.concurrency + configuration.lookAhead, 16), 128),
            executor: client.storage.executor
        )
    }
}
