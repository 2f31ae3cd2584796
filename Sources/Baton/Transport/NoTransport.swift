internal import ServiceLifecycle

/// No broker at all: storage alone serves.
///
/// In the place of a transport, so that nobody has to ask whether there is one. It is never connected, so nothing is
/// published through it, and its consumers never consume.
struct NoTransport: JobTransport {
    var isConnected: Bool { false }

    func run() async {
        // Ends with the graceful shutdown, or with the task.
        try? await gracefulShutdown()
    }

    func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        onOutcome(bundles.map { _ in Self.refusal })
    }

    func watch(_ watch: any QueueWatch) {}

    func publish(_ probe: ProbeID, to queue: String) async -> Bool { false }

    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        messages.map { _ in Self.refusal }
    }

    func broadcast(_ message: ControlMessage) async {}

    func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        NoConsumer()
    }

    private static let refusal = PublishOutcome.unconfirmed(reason: "There is no transport.")
}
