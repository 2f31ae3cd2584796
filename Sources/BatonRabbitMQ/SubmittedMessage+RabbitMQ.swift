internal import Baton
internal import RabbitMQClient

extension SubmittedMessage {
    /// Takes a delivery over as it came.
    init(_ delivery: RabbitMQDelivery, of queue: String) {
        let (message, properties) = (delivery.message, delivery.message.properties)
        self.init(
            queue: queue,
            exchange: message.exchange,
            routingKey: message.routingKey,
            body: message.body,
            bodySize: Int(clamping: delivery.bodySize)
        )
        contentType = properties.contentType
        contentEncoding = properties.contentEncoding
        type = properties.type
        messageID = properties.messageID
        userID = properties.userID
        appID = properties.appID
        correlationID = properties.correlationID
        replyTo = properties.replyTo
        timestamp = properties.timestamp
        priority = properties.priority
        expiration = properties.expiration
        headers = properties.headers.mapValues(SubmittedValue.init)
    }
}

extension SubmittedValue {
    init(_ value: RabbitMQFieldValue) {
        self =
            switch value {
            case .bool(let flag): .bool(flag)
            case .float(let number): .number(Double(number))
            case .double(let number): .number(number)
            case .timestamp(let seconds): .time(seconds)
            case .void: .none
            default: value.integer.map { .integer($0) } ?? value.string.map { .text($0) } ?? .unreadable
            }
    }
}

extension RabbitMQFieldValue {
    /// An integer of 32 bits where that is enough: some clients, such as Perl's, know no other, and lose the whole message.
    fileprivate init(integer: Int64) {
        self = Int32(exactly: integer).map { .int32($0) } ?? .int64(integer)
    }

    fileprivate init?(_ value: SubmittedValue) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self.init(integer: number)
        case .number(let number): self = .double(number)
        case .text(let text): self = .string(text)
        case .time(let seconds): self = .timestamp(seconds)
        // Nothing says as much as no value, which some clients cannot read.
        case .none, .unreadable: return nil
        }
    }
}

extension RabbitMQMessage {
    /// How long a short string of AMQP may be, in bytes.
    private static let shortLength = 255
    /// How much of the headers goes along, in bytes: they must fit into one frame.
    private static let maximumHeaderBytes = 32_768

    /// A reject, as its producer gets it: the message as it came, with what is wrong in headers.
    ///
    /// - Parameters:
    ///   - reject: The reject.
    ///   - exchange: Where rejects are published.
    ///   - isBare: Whether only what is wrong is said: the rest does not fit.
    init(_ reject: RejectedSubmission, exchange: String, isBare: Bool = false) {
        let message = reject.message
        func short(_ text: String?) -> String? {
            text.map { text in
                var text = text[...]
                while text.utf8.count > Self.shortLength { text.removeLast() }
                return String(text)
            }
        }
        var headers: [String: RabbitMQFieldValue] = [
            "reject-id": .string(reject.id.description),
            "reject-code": .string(reject.reject.code.description),
            "reject-reason": .string(reject.reject.reason),
            "reject-exchange": .string(message.exchange),
            "reject-routing-key": .string(message.routingKey),
            "reject-body-size": RabbitMQFieldValue(integer: Int64(message.bodySize)),
        ]
        if let date = RFC3339.text(reject.at) { headers["reject-at"] = .string(date) }
        var properties = RabbitMQProperties(
            messageID: short(message.messageID),
            type: short(message.type),
            contentType: short(message.contentType)
        )
        if !isBare {
            properties.contentEncoding = short(message.contentEncoding)
            properties.correlationID = short(message.correlationID)
            properties.appID = short(message.appID)
            properties.priority = message.priority
            properties.timestamp = message.timestamp
            var size = 0
            // What the broker would take as a word to itself stays away, as does who it was for and for how long.
            for (name, value) in message.headers.sorted(by: { $0.key < $1.key })
            where name.utf8.count <= 128 && !["CC", "BCC"].contains(name) && !name.hasPrefix("x-") {
                guard headers[name] == nil, let value = RabbitMQFieldValue(value) else { continue }
                size += name.utf8.count + (value.string?.utf8.count ?? 9)
                if size > Self.maximumHeaderBytes { break }
                headers[name] = value
            }
        }
        properties.headers = headers
        self.init(
            exchange: exchange,
            routingKey: short(message.producer) ?? "",
            properties: properties,
            body: message.body
        )
    }
}
