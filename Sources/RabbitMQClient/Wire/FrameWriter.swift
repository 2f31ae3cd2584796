import CRabbitMQ

/// Encodes frames into a buffer: all frames of a message, or none.
///
/// The library encodes while it sends. Where a message's header then proves too large, its method is on the wire
/// already, and the connection out of step. Here nothing is sent before everything is encoded.
struct FrameWriter: ~Copyable {
    private let frameMax: Int
    private let pool = EncodingPool()
    var output = OutputBuffer()

    init(frameMax: Int) {
        self.frameMax = frameMax
    }

    mutating func write(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        self.pool.reset()
        try self.encode(method, channel: channel)
    }

    mutating func writeHeartbeat() {
        rabbit_encode_heartbeat(self.output.space(Self.overhead))
        self.output.append(Self.overhead)
    }

    /// - Throws: `invalidMessage`; nothing has been written then.
    mutating func write(_ message: RabbitMQMessage, isMandatory: Bool, channel: UInt16) throws(RabbitMQError) {
        self.pool.reset()
        let mark = self.output.count
        do throws(RabbitMQError) {
            try self.encode(
                RABBIT_BASIC_PUBLISH,
                amqp_basic_publish_t(
                    ticket: 0,
                    exchange: try self.pool.shortText(message.exchange, "exchange's name"),
                    routing_key: try self.pool.shortText(message.routingKey, "routing key"),
                    mandatory: isMandatory ? 1 : 0,
                    immediate: 0
                ),
                channel: channel
            )
            try self.writeHeader(message, channel: channel)
        } catch {
            self.output.truncate(to: mark)
            throw error
        }
        self.writeBody(message.body, channel: channel)
    }

    private mutating func writeHeader(_ message: RabbitMQMessage, channel: UInt16) throws(RabbitMQError) {
        var properties = try message.properties.encoded(in: self.pool)
        let space = self.output.space(self.frameMax)
        let size = rabbit_encode_header(space, self.frameMax, channel, UInt64(message.body.count), &properties)
        guard size > 0 else {
            throw .invalidMessage(
                "The message's properties and headers do not fit one frame of \(self.frameMax) bytes"
            )
        }
        self.output.append(size)
    }

    private mutating func writeBody(_ body: [UInt8], channel: UInt16) {
        let largest = self.frameMax - Self.overhead
        body.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            var offset = 0
            while offset < bytes.count {
                let size = min(largest, bytes.count - offset)
                rabbit_encode_body(self.output.space(size + Self.overhead), channel, start + offset, size)
                self.output.append(size + Self.overhead)
                offset += size
            }
        }
    }

    private mutating func encode<Method: BitwiseCopyable>(
        _ number: MethodNumber,
        _ method: Method,
        channel: UInt16
    ) throws(RabbitMQError) {
        var method = method
        let space = self.output.space(self.frameMax)
        let frameMax = self.frameMax
        let size = withUnsafeMutablePointer(to: &method) {
            rabbit_encode_method(space, frameMax, channel, number, $0)
        }
        guard size > 0 else {
            throw .invalidMessage("A request's names and arguments do not fit one frame of \(self.frameMax) bytes")
        }
        self.output.append(size)
    }

    private static let overhead = Int(RABBIT_FRAME_OVERHEAD)
}

extension FrameWriter {
    private mutating func encode(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        switch method {
        case .connectionClose:
            let text = self.pool.longText("Goodbye")
            let close = amqp_connection_close_t(reply_code: 200, reply_text: text, class_id: 0, method_id: 0)
            try self.encode(RABBIT_CONNECTION_CLOSE, close, channel: channel)
        case .connectionCloseOk:
            try self.encode(RABBIT_CONNECTION_CLOSE_OK, amqp_connection_close_ok_t(), channel: channel)
        case .channelOpen:
            try self.encode(RABBIT_CHANNEL_OPEN, amqp_channel_open_t(), channel: channel)
        case .channelClose:
            let text = self.pool.longText("Goodbye")
            let close = amqp_channel_close_t(reply_code: 200, reply_text: text, class_id: 0, method_id: 0)
            try self.encode(RABBIT_CHANNEL_CLOSE, close, channel: channel)
        case .channelCloseOk:
            try self.encode(RABBIT_CHANNEL_CLOSE_OK, amqp_channel_close_ok_t(), channel: channel)
        case .channelFlowOk(let isActive):
            let flow = amqp_channel_flow_ok_t(active: isActive ? 1 : 0)
            try self.encode(RABBIT_CHANNEL_FLOW_OK, flow, channel: channel)
        case .exchangeDeclare, .exchangeDelete, .queueDeclare, .queueBind, .queueUnbind, .queuePurge, .queueDelete:
            try self.encodeTopology(method, channel: channel)
        case .qos, .consume, .cancel, .cancelOk, .get, .ack, .nack, .confirmSelect:
            try self.encodeBasic(method, channel: channel)
        }
    }

    private mutating func encodeTopology(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        switch method {
        case .exchangeDeclare(let exchange, let isPassive):
            var declare = amqp_exchange_declare_t()
            declare.exchange = try self.pool.shortText(exchange.name, "exchange's name")
            declare.type = try self.pool.shortText(exchange.kind.name, "exchange's type")
            declare.passive = isPassive ? 1 : 0
            declare.durable = exchange.isDurable ? 1 : 0
            declare.auto_delete = exchange.isAutoDeleted ? 1 : 0
            declare.arguments = try self.pool.table(exchange.arguments)
            try self.encode(RABBIT_EXCHANGE_DECLARE, declare, channel: channel)
        case .exchangeDelete(let name):
            var delete = amqp_exchange_delete_t()
            delete.exchange = try self.pool.shortText(name, "exchange's name")
            try self.encode(RABBIT_EXCHANGE_DELETE, delete, channel: channel)
        case .queueDeclare(let queue, let isPassive):
            var declare = amqp_queue_declare_t()
            declare.queue = try self.pool.shortText(queue.name, "queue's name")
            declare.passive = isPassive ? 1 : 0
            declare.durable = queue.isDurable ? 1 : 0
            declare.exclusive = queue.isExclusive ? 1 : 0
            declare.auto_delete = queue.isAutoDeleted ? 1 : 0
            declare.arguments = try self.pool.table(queue.arguments)
            try self.encode(RABBIT_QUEUE_DECLARE, declare, channel: channel)
        case .queueBind(let binding):
            var bind = amqp_queue_bind_t()
            bind.queue = try self.pool.shortText(binding.queue, "queue's name")
            bind.exchange = try self.pool.shortText(binding.exchange, "exchange's name")
            bind.routing_key = try self.pool.shortText(binding.routingKey, "routing key")
            bind.arguments = try self.pool.table(binding.arguments)
            try self.encode(RABBIT_QUEUE_BIND, bind, channel: channel)
        case .queueUnbind(let binding):
            var unbind = amqp_queue_unbind_t()
            unbind.queue = try self.pool.shortText(binding.queue, "queue's name")
            unbind.exchange = try self.pool.shortText(binding.exchange, "exchange's name")
            unbind.routing_key = try self.pool.shortText(binding.routingKey, "routing key")
            unbind.arguments = try self.pool.table(binding.arguments)
            try self.encode(RABBIT_QUEUE_UNBIND, unbind, channel: channel)
        case .queuePurge(let name):
            var purge = amqp_queue_purge_t()
            purge.queue = try self.pool.shortText(name, "queue's name")
            try self.encode(RABBIT_QUEUE_PURGE, purge, channel: channel)
        case .queueDelete(let name):
            var delete = amqp_queue_delete_t()
            delete.queue = try self.pool.shortText(name, "queue's name")
            try self.encode(RABBIT_QUEUE_DELETE, delete, channel: channel)
        default: break
        }
    }

    private mutating func encodeBasic(_ method: OutgoingMethod, channel: UInt16) throws(RabbitMQError) {
        switch method {
        case .qos(let prefetch):
            // Per consumer: quorum queues refuse a prefetch for the whole channel.
            let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
            try self.encode(RABBIT_BASIC_QOS, qos, channel: channel)
        case .consume(let queue, let consumerTag, let isExclusive):
            var consume = amqp_basic_consume_t()
            consume.queue = try self.pool.shortText(queue, "queue's name")
            consume.consumer_tag = try self.pool.shortText(consumerTag, "consumer's tag")
            consume.exclusive = isExclusive ? 1 : 0
            try self.encode(RABBIT_BASIC_CONSUME, consume, channel: channel)
        case .cancel(let consumerTag):
            let tag = try self.pool.shortText(consumerTag, "consumer's tag")
            try self.encode(RABBIT_BASIC_CANCEL, amqp_basic_cancel_t(consumer_tag: tag, nowait: 0), channel: channel)
        case .cancelOk(let consumerTag):
            let tag = try self.pool.shortText(consumerTag, "consumer's tag")
            try self.encode(RABBIT_BASIC_CANCEL_OK, amqp_basic_cancel_ok_t(consumer_tag: tag), channel: channel)
        case .get(let queue, let isAcknowledged):
            var get = amqp_basic_get_t()
            get.queue = try self.pool.shortText(queue, "queue's name")
            get.no_ack = isAcknowledged ? 0 : 1
            try self.encode(RABBIT_BASIC_GET, get, channel: channel)
        case .ack(let tag, let isMultiple):
            let ack = amqp_basic_ack_t(delivery_tag: tag, multiple: isMultiple ? 1 : 0)
            try self.encode(RABBIT_BASIC_ACK, ack, channel: channel)
        case .nack(let tag, let isMultiple, let requeues):
            let nack = amqp_basic_nack_t(delivery_tag: tag, multiple: isMultiple ? 1 : 0, requeue: requeues ? 1 : 0)
            try self.encode(RABBIT_BASIC_NACK, nack, channel: channel)
        case .confirmSelect:
            try self.encode(RABBIT_CONFIRM_SELECT, amqp_confirm_select_t(), channel: channel)
        default: break
        }
    }
}
