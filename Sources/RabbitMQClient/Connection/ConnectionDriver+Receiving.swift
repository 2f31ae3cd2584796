extension ConnectionDriver {
    /// Acts on what the frames have come to; what concerns the owner becomes an event.
    func take(
        _ output: FrameAssembler.Output,
        channel: UInt16,
        _ events: inout [ConnectionEvent]
    ) throws(RabbitMQError) {
        switch output {
        case .method(let method):
            try self.take(method, channel: channel, &events)
        case .content(let content):
            // What comes between this side's close and the answer to it is void.
            guard let open = self.channels[channel], !open.isClosing else { return }
            if case .fetched = content.kind {
                try self.resolve(.fetched(content), channel: channel)
            } else {
                events.append(.content(channel: channel, content))
            }
        }
    }

    private func take(
        _ method: IncomingMethod,
        channel: UInt16,
        _ events: inout [ConnectionEvent]
    ) throws(RabbitMQError) {
        switch method {
        case .reply(let reply):
            try self.resolve(reply, channel: channel)
        case .confirm(let confirm):
            events.append(.confirm(channel: channel, confirm))
        case .cancel(let consumerTag, let expectsReply):
            if expectsReply { try self.answer(.cancelOk(consumerTag: consumerTag), channel: channel) }
            events.append(.consumerCancelled(channel: channel, consumerTag: consumerTag))
        case .channelFlow(let isActive):
            try self.answer(.channelFlowOk(isActive: isActive), channel: channel)
            events.append(.flow(channel: channel, isActive: isActive))
        case .channelClose(let reason):
            try self.answer(.channelCloseOk, channel: channel)
            // When both sides close at once, the broker still answers this side's close.
            guard self.channels[channel]?.isClosing == false else { return }
            let error = RabbitMQError.channelClosed(reason)
            self.forget(channel, error: error)
            events.append(.channelClosed(channel: channel, error))
        case .connectionBlocked(let reason):
            self.isBlocked = true
            events.append(.blocked(reason: reason))
        case .connectionUnblocked:
            self.isBlocked = false
            // It was not expected to read until now.
            if self.stuckSince != nil { self.stuckSince = .now }
            events.append(.unblocked)
        case .connectionClose(let reason):
            try self.answer(.connectionCloseOk, channel: 0)
            // The broker closes the socket anyway; whether it has seen the answer changes nothing.
            try? self.sendNow()
            throw .connectionClosed(reason)
        case .content, .unknown:
            throw .protocolViolation("The broker sent a method that nobody asked for")
        }
    }

    private func resolve(_ reply: MethodReply, channel: UInt16) throws(RabbitMQError) {
        guard let open = self.channels[channel] else { return }
        if self.channels[channel]?.replies.resolve(reply) == true { return }
        if open.isClosing {
            // Nothing follows the end, even if a request before it was never answered.
            if OutgoingMethod.channelClose.replies.contains(reply.method) { self.forget(channel, error: .closedHere) }
            return
        }
        throw .protocolViolation("The broker answered a question that was not asked")
    }

    private func answer(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        try self.writer.write(method, channel: channel)
        self.scheduleFlush()
    }
}
