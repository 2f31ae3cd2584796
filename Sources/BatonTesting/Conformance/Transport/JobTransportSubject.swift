public import Baton

/// A transport under trial, and what a trial must be able to do to it.
public struct JobTransportSubject: Sendable {
    /// The transport, running and connected, its queues empty.
    public var transport: any JobTransport
    /// The same broker as another program reaches it; may be the same transport, where there is only one program.
    public var peer: any JobTransport
    /// The messages that were parked since this was last asked.
    public var takeParked: @Sendable () async throws -> [DispatchMessage]
    /// Cuts the connection of every consumer, which may connect again; `nil` where that cannot be done, and then
    /// ``JobTransportConformance/reconnectRules`` do not apply.
    public var cutConsumers: (@Sendable () async throws -> Void)?
    /// Deletes a queue with all that it holds; `nil` where that cannot be done, and then
    /// ``JobTransportConformance/watchRules`` do not apply.
    public var deleteQueue: (@Sendable (_ queue: String) async throws -> Void)?
    /// How long a trial waits for what must come: a guard against hanging, not a measure of speed.
    public var patience: Duration
    /// Time and ids of the trial.
    public var environment: JobEnvironment

    /// Creates a subject.
    ///
    /// - Parameters:
    ///   - transport: The transport, running and connected, its queues empty.
    ///   - peer: The same broker as another program reaches it; the transport itself by default.
    ///   - patience: How long a trial waits for what must come.
    ///   - environment: Time and ids of the trial.
    ///   - cutConsumers: Cuts the connection of every consumer; `nil` where that cannot be done.
    ///   - deleteQueue: Deletes a queue with all that it holds; `nil` where that cannot be done.
    ///   - takeParked: The messages that were parked since this was last asked.
    public init(
        _ transport: any JobTransport,
        peer: (any JobTransport)? = nil,
        patience: Duration = .seconds(30),
        environment: JobEnvironment = JobEnvironment(),
        cutConsumers: (@Sendable () async throws -> Void)? = nil,
        deleteQueue: (@Sendable (_ queue: String) async throws -> Void)? = nil,
        takeParked: @escaping @Sendable () async throws -> [DispatchMessage]
    ) {
        self.transport = transport
        self.peer = peer ?? transport
        self.patience = patience
        self.environment = environment
        self.cutConsumers = cutConsumers
        self.deleteQueue = deleteQueue
        self.takeParked = takeParked
    }
}
