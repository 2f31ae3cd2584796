public import ServiceLifecycle

/// How servers are woken: dispatch messages through a broker.
///
/// Nothing is true because a message says so; storage decides.
public protocol JobTransport: Service {
    /// Says where the client lives that publishes, before anything else is asked of the transport.
    ///
    /// A transport that can live there takes messages over without a change of threads. The first word counts.
    ///
    /// - Parameter executor: Where the client's storage is reached.
    func live(on executor: any TaskExecutor)

    /// Whether messages can be published at the moment.
    var isConnected: Bool { get }

    /// Publishes wake-ups, persistent, mandatory and confirmed; several calls may be under way at once.
    ///
    /// - Parameters:
    ///   - bundles: The wake-ups, those of a bundle as one message; their rows are committed.
    ///   - onOutcome: Called once, on whatever thread, with what became of each bundle, in order, when all are answered or
    ///     given up: it never takes without bound. It does not block.
    func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void)

    /// Whether wake-ups are with the broker that it has not answered for yet.
    ///
    /// Those that wait for something before they are sent, such as a queue that is being declared, say nothing of the broker.
    var awaitsAnswers: Bool { get }

    /// Says who is told of queues that the broker does not have, before anything else is asked of the transport.
    ///
    /// The first word counts. Without one, missing queues are declared and nobody is told.
    ///
    /// - Parameter watch: Who is told.
    func watch(_ watch: any QueueWatch)

    /// Publishes a probe to every lane of a queue, persistent, mandatory and confirmed: it comes back behind everything that
    /// was confirmed before.
    ///
    /// - Parameters:
    ///   - probe: The round it belongs to.
    ///   - queue: The queue.
    /// - Returns: Whether the broker has it in every lane.
    func publish(_ probe: ProbeID, to queue: String) async -> Bool

    /// Sets messages aside that have no row, with the reason, confirmed.
    ///
    /// - Parameters:
    ///   - messages: The messages.
    ///   - reason: Why.
    /// - Returns: What became of each, in order.
    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome]

    /// Sends a word to every server. Best effort.
    ///
    /// - Parameter message: The word.
    func broadcast(_ message: ControlMessage) async

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of normal priority of each queue may wait unsettled, apart from those that come in
    ///     bundles.
    ///   - levelPrefetch: How many deliveries of each other level of each queue may wait unsettled: few, since their order
    ///     matters most, and what is delivered is beyond anybody's overtaking.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - executor: Where the server claims; an intake that can live there hands over without a change of threads.
    ///   - willConsume: Called each time before the broker is asked to deliver from a queue or a lane of it, which is done
    ///     once it returns, and not done when it returns `false`: the connection is not wanted any more. Lanes that begin
    ///     to be consumed for the first time share a call. Called for a paused queue on each new connection, too
    ///     (``JobConsumer/pause(_:)``).
    /// - Returns: The intake, which does nothing until it is run.
    func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer

    /// Makes the intake of one server for submissions: jobs that other programs publish.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many submissions of each queue may wait unsettled.
    ///   - executor: Where the server stores them; an intake that can live there hands over without a change of threads.
    /// - Returns: The intake, which does nothing until it is run; `nil` where no other program can publish anything.
    func makeSubmissionConsumer(
        queues: [String],
        prefetch: Int,
        executor: (any TaskExecutor)?
    ) -> (any SubmissionConsumer)?

    /// Publishes rejects to those whose submissions they are, confirmed.
    ///
    /// - Parameter rejects: The rejects.
    /// - Returns: What became of each, in order.
    func publish(rejects: [RejectedSubmission]) async -> [PublishOutcome]
}

extension JobTransport {
    /// Makes the intake of one server, with as many deliveries of each level.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each level of each queue may wait unsettled.
    ///   - presence: By what other servers can see whether this one is connected.
    ///   - executor: Where the server claims.
    ///   - willConsume: Called each time before the broker is asked to deliver from a queue or a lane of it.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeConsumer(
        queues: [String],
        prefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)? = nil,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool = { _ in true }
    ) -> any JobConsumer {
        makeConsumer(
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: prefetch,
            presence: presence,
            executor: executor,
            willConsume: willConsume
        )
    }

    /// No other program can publish anything.
    public func makeSubmissionConsumer(
        queues: [String],
        prefetch: Int,
        executor: (any TaskExecutor)?
    ) -> (any SubmissionConsumer)? { nil }

    /// There is nobody to tell.
    public func publish(rejects: [RejectedSubmission]) async -> [PublishOutcome] {
        rejects.map { _ in .refused(reason: "This transport takes no rejects.") }
    }

    /// All that is handed over is sent at once.
    public var awaitsAnswers: Bool { true }

    /// Stays where it is.
    public func live(on executor: any TaskExecutor) {}

    /// Publishes wake-ups, each by itself, and waits for what becomes of them.
    ///
    /// - Parameter messages: The wake-ups; their rows are committed.
    /// - Returns: What became of each, in order, once all are answered or given up. Never waits without bound.
    public func publish(_ messages: [DispatchMessage]) async -> [PublishOutcome] {
        await publish(messages.map { DispatchBundle([$0]) })
    }

    /// Publishes wake-ups, and waits for what becomes of them.
    ///
    /// - Parameter bundles: The wake-ups, those of a bundle as one message; their rows are committed.
    /// - Returns: What became of each bundle, in order, once all are answered or given up. Never waits without bound.
    public func publish(_ bundles: [DispatchBundle]) async -> [PublishOutcome] {
        guard !bundles.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            publish(bundles) { continuation.resume(returning: $0) }
        }
    }
}
