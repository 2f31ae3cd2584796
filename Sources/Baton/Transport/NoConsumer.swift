/// The intake of a server without a transport: nothing ever comes.
struct NoConsumer: JobConsumer {
    private let never = Wakeup()

    func next() async -> TransportEvent? {
        // Ends when the task is cancelled.
        try? await never.wait()
        return nil
    }

    func run() async throws {
        try await never.wait()
    }

    func isPresent() async -> Bool { false }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? { nil }

    func catchUp(queue: String, probe: ProbeID) async -> Bool { false }

    func pause(_ queues: Set<String>) async {}

    func stopDeliveries() async {}

    func acknowledge(_ deliveries: [Delivery]) async {}

    func giveBack(_ deliveries: [Delivery]) async {}
}
