internal import Baton
internal import RabbitMQClient

/// How wake-ups and words look on the wire.
///
/// A wake-up: `message_id` = job id, header `x-generation`, `type` = job name, empty body; persistent. A bundle of them:
/// `message_id` = the first job's id, `type` = job name, header `x-jobs` = how many, and a line `id:generation` for each as body.
/// Either has a header `x-redelivered` where it takes the place of a message that came again.
/// A probe: header `x-probe` = the round's UUID, empty body; persistent.
struct Envelope: Sendable {
    private static let generationHeader = "x-generation"
    private static let countHeader = "x-jobs"
    private static let redeliveredHeader = "x-redelivered"
    private static let delayHeader = "x-due-in-ms"
    private static let reasonHeader = "x-parked-reason"
    private static let queueHeader = "x-queue"
    private static let probeHeader = "x-probe"
    private static let probeType = "baton.probe"

    let topology: DispatchTopology

    // MARK: Wake-ups

    /// A wake-up to be published.
    func message(_ dispatch: DispatchMessage) -> RabbitMQMessage {
        RabbitMQMessage(
            exchange: topology.exchange(dispatch.level),
            routingKey: dispatch.queue,
            properties: RabbitMQProperties(
                messageID: dispatch.id.description,
                type: dispatch.name,
                headers: [Self.generationHeader: .int64(Int64(dispatch.generation))]
            )
        )
    }

    /// A wake-up to be set aside, with the reason.
    func parked(_ dispatch: DispatchMessage, reason: String) -> RabbitMQMessage {
        var message = message(dispatch)
        message.properties.headers[Self.queueHeader] = .string(dispatch.queue)
        return parked(message, reason: reason)
    }

    /// A message to be set aside as it came, with the reason.
    func parked(_ message: RabbitMQMessage, reason: String) -> RabbitMQMessage {
        var message = message
        message.exchange = topology.parkedExchange
        message.routingKey = topology.parkedQueue
        message.properties.headers[Self.reasonHeader] = .string(reason)
        // The broker would refuse a user that is not this connection's, and drop what expires.
        message.properties.userID = nil
        message.properties.expiration = nil
        return message
    }

    /// Reads a wake-up, whose level is that of its lane.
    ///
    /// - Returns: The wake-up, or `nil` for a message that is none.
    func dispatch(
        _ message: RabbitMQMessage,
        queue: String,
        level: JobPriorityLevel = .normal
    ) -> DispatchMessage? {
        guard let id = message.properties.messageID.flatMap({ JobID($0) }),
            let generation = message.properties.headers[Self.generationHeader]?.integer,
            let generation = Int32(exactly: generation),
            let name = message.properties.type
        else { return nil }
        return DispatchMessage(id: id, generation: Int(generation), queue: queue, name: name, level: level)
    }

    // MARK: Bundles

    /// Wake-ups to be published as one message; one by itself is a plain wake-up.
    func message(_ bundle: DispatchBundle) -> RabbitMQMessage {
        var message = bundle.messages.count > 1 ? message(bundling: bundle) : message(bundle.messages[0])
        if bundle.isRedelivered { message.properties.headers[Self.redeliveredHeader] = .bool(true) }
        return message
    }

    private func message(bundling bundle: DispatchBundle) -> RabbitMQMessage {
        RabbitMQMessage(
            exchange: topology.bundleExchange,
            routingKey: bundle.queue,
            properties: RabbitMQProperties(
                // Tells it from other bundles, should the broker return it.
                messageID: bundle.messages[0].id.description,
                type: bundle.name,
                contentType: "text/plain",
                headers: [Self.countHeader: .int64(Int64(bundle.messages.count))]
            ),
            body: BundleBody.write(bundle.messages)
        )
    }

    /// Reads a bundle.
    ///
    /// - Returns: Its wake-ups, or `nil` for a message that is no bundle.
    func bundle(_ message: RabbitMQMessage, queue: String) -> [DispatchMessage]? {
        guard let name = message.properties.type,
            let count = message.properties.headers[Self.countHeader]?.integer,
            let lines = BundleBody.read(message.body), !lines.isEmpty, lines.count == count
        else { return nil }
        return lines.map { DispatchMessage(id: $0.id, generation: $0.generation, queue: queue, name: name) }
    }

    /// Whether wake-ups have come before, in this message or in one whose place it takes.
    func isRedelivered(_ delivery: RabbitMQDelivery) -> Bool {
        delivery.isRedelivered || delivery.message.properties.headers[Self.redeliveredHeader] != nil
    }

    // MARK: Probes

    /// A probe to be published, one message for each lane of the queue.
    ///
    /// Through the lanes' exchanges, so that it comes behind all wake-ups, whoever published them.
    func messages(_ probe: ProbeID, to queue: String) -> [RabbitMQMessage] {
        topology.laneExchanges.map { exchange in
            RabbitMQMessage(
                exchange: exchange,
                routingKey: queue,
                properties: RabbitMQProperties(
                    messageID: probe.description,
                    type: Self.probeType,
                    headers: [Self.probeHeader: .string(probe.description)]
                )
            )
        }
    }

    /// Reads a probe.
    ///
    /// - Returns: The round it belongs to, or `nil` for a message that is none.
    func probe(_ message: RabbitMQMessage) -> ProbeID? {
        guard message.properties.type == Self.probeType else { return nil }
        return message.properties.headers[Self.probeHeader]?.string.flatMap(probe(named:))
    }

    /// The round of a name that it was published under.
    func probe(named name: String) -> ProbeID? {
        JobID(name).map { ProbeID($0.uuid) }
    }

    // MARK: Words

    /// A word to be published; it need not outlive the broker.
    func message(_ control: ControlMessage) -> RabbitMQMessage {
        var properties = RabbitMQProperties(isPersistent: false)
        switch control {
        case .scheduled(let dueIn):
            properties.type = "scheduled"
            let milliseconds = dueIn.components.seconds * 1000 + dueIn.components.attoseconds / 1_000_000_000_000_000
            properties.headers[Self.delayHeader] = .int64(milliseconds)
        case .deleted(let id):
            properties.type = "deleted"
            properties.messageID = id.description
        case .probing:
            properties.type = "probing"
        case .recurringChanged:
            properties.type = "recurring"
        case .queuesChanged:
            properties.type = "queues"
        }
        return RabbitMQMessage(exchange: topology.controlExchange, routingKey: "", properties: properties)
    }

    /// Reads a word.
    ///
    /// - Returns: The word, or `nil` for one that this version does not know.
    func control(_ message: RabbitMQMessage) -> ControlMessage? {
        switch message.properties.type {
        case "scheduled":
            message.properties.headers[Self.delayHeader]?.integer.map { .scheduled(dueIn: .milliseconds(max($0, 0))) }
        case "deleted":
            message.properties.messageID.flatMap { JobID($0) }.map { .deleted($0) }
        case "probing":
            .probing
        case "recurring":
            .recurringChanged
        case "queues":
            .queuesChanged
        default:
            nil
        }
    }
}
