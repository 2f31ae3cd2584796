import CRabbitMQ

extension RabbitMQProperties {
    /// The properties as the library encodes them, in the pool's memory.
    func encoded(in pool: EncodingPool) throws(RabbitMQError) -> amqp_basic_properties_t {
        var encoded = amqp_basic_properties_t()
        var flags: Int32 = AMQP_BASIC_DELIVERY_MODE_FLAG
        encoded.delivery_mode = self.isPersistent ? 2 : 1
        func set(
            _ flag: Int32,
            _ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>,
            _ text: String?,
            _ what: StaticString
        ) throws(RabbitMQError) {
            guard let text else { return }
            encoded[keyPath: field] = try pool.shortText(text, what)
            flags |= flag
        }
        try set(AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type, self.contentType, "content type")
        try set(AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding, self.contentEncoding, "content encoding")
        try set(AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id, self.correlationID, "correlation id")
        try set(AMQP_BASIC_REPLY_TO_FLAG, \.reply_to, self.replyTo, "reply-to")
        try set(AMQP_BASIC_EXPIRATION_FLAG, \.expiration, self.expiration, "expiration")
        try set(AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id, self.messageID, "message id")
        try set(AMQP_BASIC_TYPE_FLAG, \.type, self.type, "type")
        try set(AMQP_BASIC_USER_ID_FLAG, \.user_id, self.userID, "user id")
        try set(AMQP_BASIC_APP_ID_FLAG, \.app_id, self.appID, "application id")
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
