import CRabbitMQ

extension RabbitMQProperties {
    /// The properties as the library encodes them, in the pool's memory.
    func encoded(in pool: EncodingPool) throws(RabbitMQError) -> amqp_basic_properties_t {
        var encoded = amqp_basic_properties_t()
        var flags: Int32 = AMQP_BASIC_DELIVERY_MODE_FLAG
        encoded.delivery_mode = self.isPersistent ? 2 : 1
        func text(_ text: String?, _ flag: Int32, _ what: StaticString) throws(RabbitMQError) -> amqp_bytes_t {
            guard let text else { return amqp_bytes_t() }
            flags |= flag
            return try pool.shortText(text, what)
        }
        encoded.content_type = try text(self.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, "content type")
        encoded.content_encoding = try text(self.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, "content encoding")
        encoded.correlation_id = try text(self.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, "correlation id")
        encoded.reply_to = try text(self.replyTo, AMQP_BASIC_REPLY_TO_FLAG, "reply-to")
        encoded.expiration = try text(self.expiration, AMQP_BASIC_EXPIRATION_FLAG, "expiration")
        encoded.message_id = try text(self.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, "message id")
        encoded.type = try text(self.type, AMQP_BASIC_TYPE_FLAG, "type")
        encoded.user_id = try text(self.userID, AMQP_BASIC_USER_ID_FLAG, "user id")
        encoded.app_id = try text(self.appID, AMQP_BASIC_APP_ID_FLAG, "application id")
        if !self.headers.isEmpty {
            encoded.headers = try pool.table(self.headers)
            flags |= AMQP_BASIC_HEADERS_FLAG
        }
        if let priority = self.priority {
            encoded.priority = priority
            flags |= AMQP_BASIC_PRIORITY_FLAG
        }
        if let timestamp = self.timestamp {
            encoded.timestamp = timestamp
            flags |= AMQP_BASIC_TIMESTAMP_FLAG
        }
        encoded._flags = amqp_flags_t(flags)
        return encoded
    }
}
