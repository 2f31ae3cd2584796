import CRabbitMQ

extension String {
    /// Copies text out of the library's memory; what is not UTF-8 is replaced, as names are only compared and shown.
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// Copies text out of the library's memory, unless it is not UTF-8.
    init?(validating bytes: amqp_bytes_t) {
        self.init(validating: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [UInt8] {
    /// Copies bytes out of the library's memory.
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}
