import CRabbitMQ

/// Memory for what the library encodes from: everything lives until the next reset.
final class EncodingPool {
    private let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        self.pool = .allocate(capacity: 1)
        init_amqp_pool(self.pool, 16384)
    }

    deinit {
        empty_amqp_pool(self.pool)
        self.pool.deallocate()
    }

    func reset() {
        recycle_amqp_pool(self.pool)
    }

    /// Text of any length.
    func longText(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { self.copy(UnsafeRawBufferPointer($0)) }
    }

    /// Text of up to 255 bytes, which is what AMQP allows for names and properties.
    func shortText(_ text: String, _ what: StaticString) throws(RabbitMQError) -> amqp_bytes_t {
        let bytes = self.longText(text)
        guard bytes.len <= 255 else {
            throw .invalidMessage("The \(what) is \(bytes.len) bytes long; AMQP allows 255")
        }
        return bytes
    }

    func table(_ values: [String: RabbitMQFieldValue], depth: Int = 1) throws(RabbitMQError) -> amqp_table_t {
        guard !values.isEmpty else { return amqp_table_t(num_entries: 0, entries: nil) }
        let entries = self.allocate(amqp_table_entry_t.self, count: values.count)
        var count = 0
        for (name, value) in values {
            // The library cuts the length of a longer name without a word, which puts the frame out of step.
            let key = try self.shortText(name, "name of a header or argument")
            entries[count] = amqp_table_entry_t(key: key, value: try self.field(value, depth: depth))
            count += 1
        }
        return amqp_table_t(num_entries: Int32(count), entries: entries)
    }

    private func field(_ value: RabbitMQFieldValue, depth: Int) throws(RabbitMQError) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func set(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
        switch value {
        case .bool(let value): set(AMQP_FIELD_KIND_BOOLEAN); field.value.boolean = value ? 1 : 0
        case .int8(let value): set(AMQP_FIELD_KIND_I8); field.value.i8 = value
        case .uint8(let value): set(AMQP_FIELD_KIND_U8); field.value.u8 = value
        case .int16(let value): set(AMQP_FIELD_KIND_I16); field.value.i16 = value
        case .uint16(let value): set(AMQP_FIELD_KIND_U16); field.value.u16 = value
        case .int32(let value): set(AMQP_FIELD_KIND_I32); field.value.i32 = value
        case .uint32(let value): set(AMQP_FIELD_KIND_U32); field.value.u32 = value
        case .int64(let value): set(AMQP_FIELD_KIND_I64); field.value.i64 = value
        case .float(let value): set(AMQP_FIELD_KIND_F32); field.value.f32 = value
        case .double(let value): set(AMQP_FIELD_KIND_F64); field.value.f64 = value
        case .decimal(let scale, let value):
            set(AMQP_FIELD_KIND_DECIMAL)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: value)
        case .string(let value): set(AMQP_FIELD_KIND_UTF8); field.value.bytes = self.longText(value)
        case .bytes(let value):
            set(AMQP_FIELD_KIND_BYTES)
            field.value.bytes = value.withUnsafeBytes { self.copy($0) }
        case .timestamp(let value): set(AMQP_FIELD_KIND_TIMESTAMP); field.value.u64 = value
        case .void: set(AMQP_FIELD_KIND_VOID)
        case .array(let values):
            try Self.check(depth)
            set(AMQP_FIELD_KIND_ARRAY)
            let entries = self.allocate(amqp_field_value_t.self, count: max(1, values.count))
            for index in values.indices { entries[index] = try self.field(values[index], depth: depth + 1) }
            field.value.array = amqp_array_t(num_entries: Int32(values.count), entries: entries)
        case .table(let values):
            try Self.check(depth)
            set(AMQP_FIELD_KIND_TABLE)
            field.value.table = try self.table(values, depth: depth + 1)
        case .unreadable:
            throw .invalidMessage("A header was received in a form that this client cannot read, so it cannot be sent")
        }
        return field
    }

    private static func check(_ depth: Int) throws(RabbitMQError) {
        guard depth < RabbitMQFieldValue.maximumDepth else {
            throw .invalidMessage("A header is nested deeper than \(RabbitMQFieldValue.maximumDepth) levels")
        }
    }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let start = source.baseAddress, source.count > 0 else { return amqp_bytes_t(len: 0, bytes: nil) }
        let copy = self.allocate(UInt8.self, count: source.count)
        UnsafeMutableRawPointer(copy).copyMemory(from: start, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    private func allocate<Value>(_ type: Value.Type, count: Int) -> UnsafeMutablePointer<Value> {
        guard let memory = amqp_pool_alloc(self.pool, count * MemoryLayout<Value>.stride) else {
            // As anywhere else in Swift, there is no going on without memory.
            preconditionFailure("Out of memory")
        }
        return memory.bindMemory(to: type, capacity: count)
    }
}
