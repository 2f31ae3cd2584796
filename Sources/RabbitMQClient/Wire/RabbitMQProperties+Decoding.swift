import CRabbitMQ

extension RabbitMQProperties {
    /// Copies properties out of the library's memory.
    init(_ properties: amqp_basic_properties_t) {
        self.init(isPersistent: false)
        let flags = properties._flags
        // What is not UTF-8 reads as missing: repaired, two identities could become one.
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            flags & amqp_flags_t(flag) != 0 ? String(validating: bytes) : nil
        }
        func isSet(_ flag: Int32) -> Bool { flags & amqp_flags_t(flag) != 0 }

        self.contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type)
        self.contentEncoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding)
        if isSet(AMQP_BASIC_HEADERS_FLAG) { self.headers = .init(properties.headers, depth: 1) }
        if isSet(AMQP_BASIC_DELIVERY_MODE_FLAG) { self.isPersistent = properties.delivery_mode == 2 }
        if isSet(AMQP_BASIC_PRIORITY_FLAG) { self.priority = properties.priority }
        self.correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
        self.replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to)
        self.expiration = text(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration)
        self.messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id)
        if isSet(AMQP_BASIC_TIMESTAMP_FLAG) { self.timestamp = properties.timestamp }
        self.type = text(AMQP_BASIC_TYPE_FLAG, properties.type)
        self.userID = text(AMQP_BASIC_USER_ID_FLAG, properties.user_id)
        self.appID = text(AMQP_BASIC_APP_ID_FLAG, properties.app_id)
    }
}

extension [String: RabbitMQFieldValue] {
    /// Copies a table; of two values with one name the later one stays.
    fileprivate init(_ table: amqp_table_t, depth: Int) {
        self.init(minimumCapacity: Int(table.num_entries))
        var table = table
        for index in 0..<table.num_entries {
            guard let entry = rabbit_table_entry(&table, index) else { continue }
            self[String(entry.pointee.key)] = RabbitMQFieldValue(entry.pointee.value, depth: depth)
        }
    }
}

extension RabbitMQFieldValue {
    /// Copies a value.
    ///
    /// Deeper than the limit it stops: the sender, who need not be trusted, decides how deep it goes.
    fileprivate init(_ field: amqp_field_value_t, depth: Int) {
        let value = field.value
        switch amqp_field_value_kind_t(UInt32(field.kind)) {
        case AMQP_FIELD_KIND_BOOLEAN: self = .bool(value.boolean != 0)
        case AMQP_FIELD_KIND_I8: self = .int8(value.i8)
        case AMQP_FIELD_KIND_U8: self = .uint8(value.u8)
        case AMQP_FIELD_KIND_I16: self = .int16(value.i16)
        case AMQP_FIELD_KIND_U16: self = .uint16(value.u16)
        case AMQP_FIELD_KIND_I32: self = .int32(value.i32)
        case AMQP_FIELD_KIND_U32: self = .uint32(value.u32)
        case AMQP_FIELD_KIND_I64: self = .int64(value.i64)
        // RabbitMQ has no unsigned 64-bit integers; other brokers might.
        case AMQP_FIELD_KIND_U64: self = .int64(Int64(clamping: value.u64))
        case AMQP_FIELD_KIND_F32: self = .float(value.f32)
        case AMQP_FIELD_KIND_F64: self = .double(value.f64)
        case AMQP_FIELD_KIND_DECIMAL:
            self = .decimal(scale: value.decimal.decimals, value: value.decimal.value)
        case AMQP_FIELD_KIND_UTF8:
            self = String(validating: value.bytes).map { .string($0) } ?? .bytes(Array(value.bytes))
        case AMQP_FIELD_KIND_BYTES: self = .bytes(Array(value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(value.u64)
        case AMQP_FIELD_KIND_VOID: self = .void
        case AMQP_FIELD_KIND_ARRAY where depth < Self.maximumDepth:
            var array = value.array
            self = .array(
                (0..<array.num_entries).compactMap { index in
                    rabbit_array_value(&array, index).map { RabbitMQFieldValue($0.pointee, depth: depth + 1) }
                }
            )
        case AMQP_FIELD_KIND_TABLE where depth < Self.maximumDepth:
            self = .table(.init(value.table, depth: depth + 1))
        default: self = .unreadable
        }
    }
}
