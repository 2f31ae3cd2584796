/// A decoded frame, copied out of the library's memory.
struct Frame: Hashable, Sendable {
    enum Payload: Hashable, Sendable {
        case method(IncomingMethod)
        case header(bodySize: UInt64, properties: RabbitMQProperties)
        case body([UInt8])
    }

    let channel: UInt16
    let payload: Payload
}
