/// What this client says to a broker, other than content.
enum OutgoingMethod: Sendable {
    case connectionClose
    case connectionCloseOk
    case channelOpen
    case channelClose
    case channelCloseOk
    case channelFlowOk(isActive: Bool)
    case exchangeDeclare(RabbitMQExchange, isPassive: Bool)
    case exchangeDelete(String)
    case queueDeclare(RabbitMQQueue, isPassive: Bool)
    case queueBind(RabbitMQBinding)
    case queueUnbind(RabbitMQBinding)
    case queuePurge(String)
    case queueDelete(String)
    case qos(prefetch: UInt16)
    case consume(queue: String, consumerTag: String, isExclusive: Bool)
    case cancel(consumerTag: String)
    case cancelOk(consumerTag: String)
    case get(queue: String, isAcknowledged: Bool)
    case ack(tag: UInt64, isMultiple: Bool)
    case nack(tag: UInt64, isMultiple: Bool, requeues: Bool)
    case confirmSelect
}
