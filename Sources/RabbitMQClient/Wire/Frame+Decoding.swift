import CRabbitMQ

extension Frame {
    /// Copies a frame out of the library's memory.
    init(_ frame: rabbit_frame) {
        self.channel = frame.channel
        switch frame.type {
        case RABBIT_FRAME_HEADER:
            let properties = frame.properties.map { RabbitMQProperties($0.pointee) } ?? RabbitMQProperties()
            self.payload = .header(bodySize: frame.body_size, properties: properties)
        case RABBIT_FRAME_BODY:
            self.payload = .body(Array(frame.body))
        default:
            self.payload = .method(IncomingMethod(frame))
        }
    }
}

extension IncomingMethod {
    fileprivate init(_ frame: rabbit_frame) {
        switch frame.method {
        case RABBIT_CONNECTION_CLOSE: self = .connectionClose(CloseReason(frame))
        case RABBIT_CONNECTION_BLOCKED: self = .connectionBlocked(reason: String(frame.reply_text))
        case RABBIT_CONNECTION_UNBLOCKED: self = .connectionUnblocked
        case RABBIT_CHANNEL_CLOSE: self = .channelClose(CloseReason(frame))
        case RABBIT_CHANNEL_FLOW: self = .channelFlow(isActive: frame.active)
        case RABBIT_BASIC_CANCEL:
            self = .cancel(consumerTag: String(frame.consumer_tag), expectsReply: !frame.no_wait)
        case RABBIT_BASIC_ACK, RABBIT_BASIC_NACK:
            let isPositive = frame.method == RABBIT_BASIC_ACK
            self = .confirm(
                ConfirmMethod(tag: frame.delivery_tag, isMultiple: frame.multiple, isPositive: isPositive)
            )
        case RABBIT_BASIC_DELIVER:
            let tag = String(frame.consumer_tag)
            self = .content(
                frame,
                .delivery(consumerTag: tag, deliveryTag: frame.delivery_tag, isRedelivered: frame.redelivered)
            )
        case RABBIT_BASIC_RETURN:
            self = .content(frame, .returned(CloseReason(frame)))
        case RABBIT_BASIC_GET_OK:
            self = .content(frame, .fetched(deliveryTag: frame.delivery_tag, isRedelivered: frame.redelivered))
        case RABBIT_CONNECTION_CLOSE_OK, RABBIT_CHANNEL_OPEN_OK, RABBIT_CHANNEL_CLOSE_OK, RABBIT_EXCHANGE_DECLARE_OK,
            RABBIT_EXCHANGE_DELETE_OK, RABBIT_EXCHANGE_BIND_OK, RABBIT_QUEUE_DECLARE_OK, RABBIT_QUEUE_BIND_OK,
            RABBIT_QUEUE_UNBIND_OK, RABBIT_QUEUE_PURGE_OK, RABBIT_QUEUE_DELETE_OK, RABBIT_BASIC_QOS_OK,
            RABBIT_BASIC_CONSUME_OK, RABBIT_BASIC_CANCEL_OK, RABBIT_BASIC_GET_EMPTY, RABBIT_CONFIRM_SELECT_OK:
            self = .reply(
                MethodReply(
                    method: frame.method,
                    queue: String(frame.queue),
                    messageCount: frame.message_count,
                    consumerCount: frame.consumer_count,
                    consumerTag: String(frame.consumer_tag)
                )
            )
        default: self = .unknown(frame.method)
        }
    }

    private static func content(_ frame: rabbit_frame, _ kind: ContentMethod.Kind) -> IncomingMethod {
        .content(
            ContentMethod(kind: kind, exchange: String(frame.exchange), routingKey: String(frame.routing_key))
        )
    }
}

extension CloseReason {
    fileprivate init(_ frame: rabbit_frame) {
        self.init(replyCode: frame.reply_code, text: String(frame.reply_text))
    }
}
