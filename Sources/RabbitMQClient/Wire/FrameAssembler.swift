/// Puts the frames of each channel together: a method, or a method with its header and body.
///
/// Frames of different channels may be mixed as the broker likes. The library's own assembly drops the frames of other
/// channels while it waits for one.
struct FrameAssembler {
    enum Output: Hashable, Sendable {
        case method(IncomingMethod)
        case content(Content)
    }

    private enum Partial {
        case awaitsHeader(ContentMethod)
        case awaitsBody(ContentMethod, RabbitMQProperties, size: UInt64, body: [UInt8], received: UInt64)
    }

    /// The largest body that is kept; a larger one is read and dropped.
    private let maximumBodySize: UInt64
    /// The content under way; brokers mostly send one to its end before the next begins.
    private var current: (channel: UInt16, partial: Partial)?
    /// Contents under way on other channels.
    private var others: [UInt16: Partial] = [:]

    init(maximumBodySize: Int) {
        self.maximumBodySize = UInt64(max(0, maximumBodySize))
    }

    /// Takes a frame, and gives what it completes.
    mutating func take(_ frame: Frame) throws(RabbitMQError) -> Output? {
        switch frame.payload {
        case .method(let method):
            try self.requireNoPartial(frame.channel, before: method)
            guard case .content(let content) = method else { return .method(method) }
            self.put(.awaitsHeader(content), frame.channel)
            return nil
        case .header(let size, let properties):
            guard case .awaitsHeader(let method)? = self.take(frame.channel) else {
                throw .protocolViolation("The broker sent a content header that belongs to no method")
            }
            if size == 0 { return .content(Self.content(method, properties, size: 0, body: [])) }
            self.put(.awaitsBody(method, properties, size: size, body: [], received: 0), frame.channel)
            return nil
        case .body(let piece):
            return try self.take(piece, channel: frame.channel)
        }
    }

    /// Forgets what has come of a channel that is gone.
    mutating func reset(channel: UInt16) {
        _ = self.take(channel)
    }

    /// Takes out what is under way on a channel.
    private mutating func take(_ channel: UInt16) -> Partial? {
        if self.current?.channel == channel { return self.current.take()?.partial }
        return self.others.isEmpty ? nil : self.others.removeValue(forKey: channel)
    }

    /// Puts back what was taken out.
    private mutating func put(_ partial: Partial, _ channel: UInt16) {
        if let current = self.current { self.others[current.channel] = current.partial }
        self.current = (channel, partial)
    }

    private mutating func take(_ piece: [UInt8], channel: UInt16) throws(RabbitMQError) -> Output? {
        guard
            case .awaitsBody(let method, let properties, let size, var body, var received)? =
                self.take(channel)
        else {
            throw .protocolViolation("The broker sent a piece of a body that belongs to no header")
        }
        guard UInt64(piece.count) <= size - received else {
            throw .protocolViolation("The broker sent a body larger than its header said")
        }
        received += UInt64(piece.count)
        if size <= self.maximumBodySize {
            if body.isEmpty {
                // Most bodies fit one frame. The size is the publisher's claim: no more is reserved than has come.
                body = piece
            } else {
                body.append(contentsOf: piece)
            }
        }
        if received == size { return .content(Self.content(method, properties, size: size, body: body)) }
        self.put(.awaitsBody(method, properties, size: size, body: body, received: received), channel)
        return nil
    }

    private mutating func requireNoPartial(_ channel: UInt16, before method: IncomingMethod) throws(RabbitMQError) {
        guard self.take(channel) != nil else { return }
        // A channel may be closed in the middle of a message; anything else there is out of step.
        guard case .channelClose = method else {
            throw .protocolViolation("The broker sent a method in the middle of a message")
        }
    }

    private static func content(
        _ method: ContentMethod,
        _ properties: RabbitMQProperties,
        size: UInt64,
        body: [UInt8]
    ) -> Content {
        let message = RabbitMQMessage(
            exchange: method.exchange,
            routingKey: method.routingKey,
            properties: properties,
            body: body
        )
        return Content(kind: method.kind, message: message, bodySize: size)
    }
}
