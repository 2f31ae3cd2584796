import CRabbitMQ

extension OutgoingMethod {
    /// The methods that answer this one; empty if none does.
    var replies: [MethodNumber] {
        switch self {
        case .connectionClose: [RABBIT_CONNECTION_CLOSE_OK]
        case .channelOpen: [RABBIT_CHANNEL_OPEN_OK]
        case .channelClose: [RABBIT_CHANNEL_CLOSE_OK]
        case .exchangeDeclare: [RABBIT_EXCHANGE_DECLARE_OK]
        case .exchangeDelete: [RABBIT_EXCHANGE_DELETE_OK]
        case .queueDeclare: [RABBIT_QUEUE_DECLARE_OK]
        case .queueBind: [RABBIT_QUEUE_BIND_OK]
        case .queueUnbind: [RABBIT_QUEUE_UNBIND_OK]
        case .queuePurge: [RABBIT_QUEUE_PURGE_OK]
        case .queueDelete: [RABBIT_QUEUE_DELETE_OK]
        case .qos: [RABBIT_BASIC_QOS_OK]
        case .consume: [RABBIT_BASIC_CONSUME_OK]
        case .cancel: [RABBIT_BASIC_CANCEL_OK]
        case .get: [RABBIT_BASIC_GET_OK, RABBIT_BASIC_GET_EMPTY]
        case .confirmSelect: [RABBIT_CONFIRM_SELECT_OK]
        case .connectionCloseOk, .channelCloseOk, .channelFlowOk, .cancelOk, .ack, .nack: []
        }
    }
}

extension MethodReply {
    /// The answer that a fetched message is.
    static func fetched(_ content: Content) -> MethodReply {
        MethodReply(method: RABBIT_BASIC_GET_OK, content: content)
    }
}
