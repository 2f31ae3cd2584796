import PollExecutor

/// Drives one connection: reads, writes, heartbeats, requests and closes, all on one executor's thread.
///
/// Not an actor: it belongs to the actor that made it and shares its isolation. Nothing here blocks. Reads are drained
/// whenever the socket has something; writes go into a buffer that is sent as far as the socket takes it, so a broker
/// that does not read can fill the buffer but not freeze the thread.
final class ConnectionDriver {
    private enum State {
        case open
        case closing
        case closed(RabbitMQError)
    }

    private let executor: PollExecutor
    private let responseTimeout: Duration
    private let onEvents: ([ConnectionEvent]) -> Void
    private var handle: ConnectionHandle?
    private var registration: PollRegistration?
    private var timer: PollTimer?
    private var state = State.open
    var writer: FrameWriter
    private var assembler: FrameAssembler
    private var spareEvents: [ConnectionEvent] = []
    private var heartbeat: HeartbeatMonitor
    // Not private, for the extensions in other files; nobody else touches them.
    var channels: [UInt16: Channel] = [:]
    private var isFlushScheduled = false
    private var wantsWrite = false
    /// Since when the socket has been taking nothing of what waits.
    var stuckSince: ContinuousClock.Instant?
    private let channelMax: UInt16
    /// Whether the broker has said that it reads nothing for the time being.
    var isBlocked = false
    /// Whether to report once that the socket has taken everything.
    var reportsDrain = false

    struct Channel {
        var replies = PendingReplies()
        var isClosing = false
    }

    /// Why the connection is over, once it is.
    var closeError: RabbitMQError? {
        if case .closed(let error) = self.state { error } else { nil }
    }

    /// Whether a channel is there; an answer to a request may have been overtaken by the channel's end.
    func isOpen(_ channel: UInt16) -> Bool { self.channels[channel]?.isClosing == false }

    /// How many bytes wait for the socket.
    var backlog: Int { self.writer.output.count }

    /// Takes a connection over.
    ///
    /// Must be called on the executor's thread, as everything else here.
    init(
        _ handle: ConnectionHandle,
        executor: PollExecutor,
        configuration: RabbitMQConfiguration,
        onEvents: @escaping ([ConnectionEvent]) -> Void
    ) {
        self.executor = executor
        self.responseTimeout = configuration.responseTimeout
        self.onEvents = onEvents
        self.handle = handle
        self.writer = FrameWriter(frameMax: handle.frameMax)
        self.assembler = FrameAssembler(maximumBodySize: configuration.maximumBodySize)
        self.heartbeat = HeartbeatMonitor(interval: handle.heartbeat, now: .now)
        self.channelMax = handle.channelMax
        self.registration = executor.register(descriptor: handle.descriptor, interest: .read) { [weak self] readiness in
            self?.socketIsReady(readiness)
        }
        self.scheduleTick()
        // The answer to the log-in may have brought more than itself, which no poll would report.
        self.receive()
    }

    deinit {
        // The backstop for an owner that forgets to close: a descriptor must leave the poll set before it is closed.
        guard let handle = self.handle else { return }
        self.executor.execute { [executor, registration, timer] in
            if let registration { executor.cancel(registration) }
            if let timer { executor.cancel(timer) }
            withExtendedLifetime(handle) {}
        }
    }

    // MARK: Requests

    /// Sends a request and waits for its answer; other frames go on being served meanwhile.
    @discardableResult
    func call(
        _ method: OutgoingMethod,
        channel: UInt16,
        timeout: Duration? = nil
    ) async throws(RabbitMQError) -> MethodReply {
        let deadline = ContinuousClock.now + (timeout ?? self.responseTimeout)
        // Sent within the closure: the answer could otherwise come before anybody waits for it.
        let result = await withCheckedContinuation { (continuation: PendingReplies.Continuation) in
            guard self.channels[channel] != nil else {
                return continuation.resume(returning: .failure(self.closeError ?? .closedHere))
            }
            do throws(RabbitMQError) {
                try self.writer.write(method, channel: channel)
            } catch {
                return continuation.resume(returning: .failure(error))
            }
            self.channels[channel]?.replies.append(expecting: method.replies, deadline: deadline, continuation)
            // If it fails, so do all requests of the connection.
            self.flush()
        }
        return try result.get()
    }

    /// Sends a method that has no answer, with whatever else is written in this turn of the loop.
    func send(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        guard case .open = self.state, self.channels[channel] != nil else { throw self.closeError ?? .closedHere }
        try self.writer.write(method, channel: channel)
        self.scheduleFlush()
    }

    /// Publishes with whatever else is written in this turn of the loop.
    func publish(_ message: RabbitMQMessage, isMandatory: Bool, channel: UInt16) throws(RabbitMQError) {
        guard case .open = self.state, self.channels[channel] != nil else { throw self.closeError ?? .closedHere }
        try self.writer.write(message, isMandatory: isMandatory, channel: channel)
        self.scheduleFlush()
    }

    // MARK: Channels

    /// Opens a channel.
    func openChannel() async throws(RabbitMQError) -> UInt16 {
        if let error = self.closeError { throw error }
        // One below the limit at least: zero is the connection itself.
        guard let channel = (1...max(1, self.channelMax)).first(where: { self.channels[$0] == nil }) else {
            throw RabbitMQError(code: .channelClosed, message: "All \(self.channelMax) channels are in use")
        }
        self.channels[channel] = Channel()
        do throws(RabbitMQError) {
            try await self.call(.channelOpen, channel: channel)
        } catch {
            self.channels[channel] = nil
            throw error
        }
        return channel
    }

    /// Closes a channel; nothing happens if it is gone already.
    func closeChannel(_ channel: UInt16) async {
        guard case .open = self.state, let open = self.channels[channel], !open.isClosing else { return }
        self.channels[channel]?.isClosing = true
        // Whatever goes wrong, the channel is gone afterwards.
        _ = try? await self.call(.channelClose, channel: channel)
        self.forget(channel, error: .closedHere)
    }

    func forget(_ channel: UInt16, error: RabbitMQError) {
        var removed = self.channels.removeValue(forKey: channel)
        self.assembler.reset(channel: channel)
        removed?.replies.fail(error)
    }

    // MARK: Ends

    /// Closes the connection in good order: what was written is read by the broker first.
    func close() async {
        guard case .open = self.state else { return }
        self.state = .closing
        self.channels[0] = Channel()
        // Nobody should wait long for a goodbye.
        _ = try? await self.call(.connectionClose, channel: 0, timeout: min(self.responseTimeout, .seconds(3)))
        self.end(.closedHere)
    }

    /// Ends the connection at once.
    func end(_ error: RabbitMQError) {
        if case .closed = self.state { return }
        self.state = .closed(error)
        if let registration = self.registration { self.executor.cancel(registration) }
        if let timer = self.timer { self.executor.cancel(timer) }
        self.registration = nil
        self.timer = nil
        self.handle = nil
        for channel in self.channels.keys.sorted() { self.forget(channel, error: error) }
        self.onEvents([.closed(error)])
    }

    // MARK: The socket

    private func socketIsReady(_ readiness: PollReadiness) {
        // Only what can be read is a sign of life.
        if readiness != .write { self.receive() }
        if self.wantsWrite { self.flush() }
    }

    /// Takes everything that has arrived.
    private func receive() {
        // The last batch's memory, and the driver may be called back while it is in use.
        var events = self.spareEvents
        self.spareEvents = []
        defer {
            events.removeAll(keepingCapacity: true)
            self.spareEvents = events
        }
        var failure: RabbitMQError?
        do throws(RabbitMQError) {
            while let frame = try self.handle?.read() {
                guard let output = try self.assembler.take(frame) else { continue }
                try self.take(output, channel: frame.channel, &events)
            }
            self.heartbeat.didRead(at: .now)
        } catch {
            failure = error
        }
        if !events.isEmpty { self.onEvents(events) }
        if let failure { self.end(failure) }
    }

    // MARK: Writing

    func scheduleFlush() {
        guard !self.isFlushScheduled else { return }
        self.isFlushScheduled = true
        // Behind the work that is waiting already: what it writes goes along, in one send.
        nonisolated(unsafe) let driver = self
        self.executor.execute { driver.flush() }
    }

    /// Sends as much as the socket takes, and waits for the socket to take the rest.
    func flush() {
        self.isFlushScheduled = false
        guard let registration = self.registration, self.backlog > 0 else { return }
        let before = self.backlog
        do throws(RabbitMQError) {
            try self.sendNow()
        } catch {
            return self.end(error)
        }
        if self.backlog < before {
            self.heartbeat.didWrite(at: .now)
            self.stuckSince = nil
        }
        self.wantsWrite = self.backlog > 0
        if self.wantsWrite && self.stuckSince == nil { self.stuckSince = .now }
        self.executor.update(registration, interest: self.wantsWrite ? [.read, .write] : .read)
        if self.reportsDrain && self.backlog == 0 {
            self.reportsDrain = false
            self.onEvents([.drained])
        }
    }

    func sendNow() throws(RabbitMQError) {
        guard let handle = self.handle else { return }
        try self.writer.output.consume { (bytes, count) throws(RabbitMQError) in
            try handle.send(bytes, count: count)
        }
    }

    // MARK: Time

    private func scheduleTick() {
        self.timer = self.executor.schedule(after: self.heartbeat.period) { [weak self] in self?.tick() }
    }

    private func tick() {
        var now = ContinuousClock.now
        if self.heartbeat.action(at: now) == .peerIsLost {
            // The thread may have been held up, and the peer's words be waiting.
            if self.handle?.isReadable == true { self.receive() }
            now = .now
        }
        guard case .closed = self.state else {
            switch self.heartbeat.action(at: now) {
            case .none: break
            case .send:
                // Whatever waits to be sent is a sign of life as well.
                if self.backlog == 0 { self.writer.writeHeartbeat() }
                self.flush()
            case .peerIsLost:
                return self.end(.connectionLost("The broker has been silent for two heartbeats"))
            }
            if !self.isBlocked, let stuckSince = self.stuckSince, stuckSince.duration(to: now) >= self.responseTimeout {
                return self.end(.connectionLost("The broker has read nothing for \(self.responseTimeout)"))
            }
            if self.channels.values.contains(where: { $0.replies.isOverdue(at: now) }) {
                return self.end(
                    RabbitMQError(code: .timeout, message: "The broker has not answered for \(self.responseTimeout)")
                )
            }
            return self.scheduleTick()
        }
    }
}
