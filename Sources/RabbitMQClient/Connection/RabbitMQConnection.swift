public import PollExecutor

/// A connection for declaring, looking and tidying up; publishing and consuming have services of their own.
///
/// It does not connect again by itself: once it is lost, every call throws. Close it when it is no longer needed.
public actor RabbitMQConnection {
    private let executor: PollExecutor
    private var driver: ConnectionDriver?
    private var channel: UInt16?
    private var opening: [CheckedContinuation<Void, Never>] = []
    private var isOpening = false

    /// The thread that the connection lives on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Connects and logs in.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the broker; every endpoint is tried once.
    ///   - executor: The thread to live on; a new one by default.
    /// - Throws: ``RabbitMQError`` with the code `connectFailed` or `refused`.
    public init(_ configuration: RabbitMQConfiguration, executor: PollExecutor? = nil) async throws(RabbitMQError) {
        self.executor = executor ?? .rabbitMQ(name: "rabbit-admin")
        var schedule = ConnectSchedule(configuration)
        var failure: RabbitMQError?
        for _ in 0..<max(1, schedule.count) {
            do throws(RabbitMQError) {
                let handle = try await Connector.connect(schedule.nextEndpoint(), configuration, on: self.executor)
                self.start(handle, configuration)
                return
            } catch {
                failure = error
            }
        }
        throw failure ?? .closedHere
    }

    private func start(_ handle: ConnectionHandle, _ configuration: RabbitMQConfiguration) {
        // Requests fail by themselves when a channel or the connection ends; nothing else is awaited here.
        self.driver = ConnectionDriver(handle, executor: self.executor, configuration: configuration) { [weak self] in
            self?.take($0)
        }
    }

    private nonisolated func take(_ events: [ConnectionEvent]) {
        self.assumeIsolated { connection in
            for case .channelClosed(let channel, _) in events where channel == connection.channel {
                connection.channel = nil
            }
        }
    }

    // MARK: Topology

    /// Declares exchanges, queues and bindings; what exists as described stays as it is.
    ///
    /// - Parameter topology: What there should be.
    /// - Throws: ``RabbitMQError``, with the code `preconditionFailed` if something exists otherwise.
    public func declare(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
        let (driver, channel) = try await self.open()
        try await driver.declare(topology, channel: channel)
    }

    /// Asks about a queue without declaring it.
    ///
    /// - Parameter name: The queue's name.
    /// - Returns: What the broker says about it; nil if there is no such queue.
    /// - Throws: ``RabbitMQError``, with the code `resourceLocked` if it is exclusive to another connection.
    public func state(ofQueue name: String) async throws(RabbitMQError) -> RabbitMQQueueState? {
        do throws(RabbitMQError) {
            let reply = try await self.call(.queueDeclare(RabbitMQQueue(name), isPassive: true))
            return RabbitMQQueueState(
                name: reply.queue,
                messageCount: reply.messageCount,
                consumerCount: reply.consumerCount
            )
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Removes a binding.
    ///
    /// - Parameter binding: The binding, with the arguments it was made with.
    /// - Throws: ``RabbitMQError`` if the broker refuses.
    public func remove(_ binding: RabbitMQBinding) async throws(RabbitMQError) {
        try await self.call(.queueUnbind(binding))
    }

    /// Deletes a queue with its messages; nothing happens if there is none.
    ///
    /// - Parameter name: The queue's name.
    /// - Throws: ``RabbitMQError`` if the broker refuses.
    public func deleteQueue(_ name: String) async throws(RabbitMQError) {
        try await self.call(.queueDelete(name))
    }

    /// Deletes an exchange; nothing happens if there is none.
    ///
    /// - Parameter name: The exchange's name.
    /// - Throws: ``RabbitMQError`` if the broker refuses.
    public func deleteExchange(_ name: String) async throws(RabbitMQError) {
        try await self.call(.exchangeDelete(name))
    }

    /// Deletes the messages that wait in a queue.
    ///
    /// - Parameter name: The queue's name.
    /// - Returns: How many there were.
    /// - Throws: ``RabbitMQError`` if the broker refuses.
    @discardableResult
    public func purgeQueue(_ name: String) async throws(RabbitMQError) -> UInt32 {
        try await self.call(.queuePurge(name)).messageCount
    }

    /// Takes one message out of a queue for good.
    ///
    /// - Parameter queue: The queue's name.
    /// - Returns: The message; nil if none waits.
    /// - Throws: ``RabbitMQError`` if the broker refuses.
    public func takeMessage(fromQueue queue: String) async throws(RabbitMQError) -> RabbitMQMessage? {
        try await self.call(.get(queue: queue, isAcknowledged: false)).content?.message
    }

    // MARK: Ends

    /// Closes the connection.
    public func close() async {
        await self.driver?.close()
    }

    // MARK: The channel

    @discardableResult
    private func call(_ method: OutgoingMethod) async throws(RabbitMQError) -> MethodReply {
        let (driver, channel) = try await self.open()
        return try await driver.call(method, channel: channel)
    }

    /// The channel that requests go through; the broker closes it with each refusal.
    private func open() async throws(RabbitMQError) -> (ConnectionDriver, UInt16) {
        while self.isOpening {
            await withCheckedContinuation { continuation in
                if self.isOpening { self.opening.append(continuation) } else { continuation.resume() }
            }
        }
        guard let driver = self.driver else { throw .closedHere }
        if let channel = self.channel, driver.isOpen(channel) { return (driver, channel) }
        self.isOpening = true
        defer {
            self.isOpening = false
            let waiting = self.opening
            self.opening = []
            for continuation in waiting { continuation.resume() }
        }
        let channel = try await driver.openChannel()
        self.channel = channel
        return (driver, channel)
    }
}
