extension PostgresParameters {
    typealias LibPQBody = (
        _ count: Int32,
        _ types: UnsafePointer<UInt32>?,
        _ values: UnsafePointer<UnsafePointer<CChar>?>?,
        _ lengths: UnsafePointer<Int32>?,
        _ formats: UnsafePointer<Int32>?
    ) -> Bool

    /// Shows the parameters to libpq, which copies them.
    func withLibPQ(_ body: LibPQBody) -> Bool {
        let count = self.slots.count
        guard count > 0 else { return body(0, nil, nil, nil, nil) }
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                self.buffer.bytes.withUnsafeBytes { bytes in
                    for (index, slot) in self.slots.enumerated() {
                        numbers.initializeElement(at: index, to: Int32(clamping: slot.length ?? 0))
                        numbers.initializeElement(at: count + index, to: 1)
                        values.initializeElement(at: index, to: self.pointer(to: slot, in: bytes))
                    }
                    return body(
                        Int32(clamping: count),
                        self.types,
                        values.baseAddress,
                        numbers.baseAddress,
                        numbers.baseAddress.map { $0 + count }
                    )
                }
            }
        }
    }

    private func pointer(to slot: Slot, in bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        guard slot.length != nil else { return nil }
        // A null pointer would mean NULL, also where there is nothing to point at.
        guard let start = bytes.baseAddress else { return Self.nothing }
        return (start + slot.offset).assumingMemoryBound(to: CChar.self)
    }

    private static var nothing: UnsafePointer<CChar>? {
        UnsafeRawPointer(StaticString("").utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

extension PostgresStatement {
    /// Refuses what libpq or the protocol cannot carry.
    func validate() throws(PostgresError) {
        guard !self.sql.holdsNUL else {
            throw PostgresError(.invalidStatement, "The SQL holds a NUL character")
        }
        guard self.parameters.count <= 65535 else {
            throw PostgresError(.invalidStatement, "\(self.parameters.count) parameters are more than 65535")
        }
        guard self.parameters.slots.allSatisfy({ ($0.length ?? 0) <= 1 << 30 }) else {
            throw PostgresError(.invalidStatement, "A parameter is larger than the gigabyte that PostgreSQL takes")
        }
    }
}
