import Baton

/// The steps that trials of probes and missing queues are made of.
extension JobTransportSubject {
    func probe() -> ProbeID { ProbeID(environment.makeUUID()) }

    /// Publishes a probe, which the broker must take.
    func publish(_ probe: ProbeID, to queue: String = first) async throws {
        try Expect.that(await transport.publish(probe, to: queue), "the broker to take a probe")
    }

    /// Has a watch told of missing queues from now on.
    func watch() async throws -> TrialWatch {
        let watch = TrialWatch()
        transport.watch(watch)
        return watch
    }

    /// Loses a queue; what the watch was told before, for a queue that never was, does not count.
    func delete(_ queue: String, _ watch: TrialWatch) async throws {
        let delete = try Expect.value(deleteQueue, "a subject that can delete queues, as these rules need")
        watch.forget()
        try await delete(queue)
    }
}
