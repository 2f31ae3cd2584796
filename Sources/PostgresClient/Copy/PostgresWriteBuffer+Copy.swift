// COPY's binary format.
extension PostgresWriteBuffer {
    mutating func appendCopyHeader() {
        self.append(contentsOf: "PGCOPY\n".utf8)
        self.append(contentsOf: [0xFF, 0x0D, 0x0A, 0x00])
        // No flags, and no extension.
        self.append(Int64(0))
    }

    mutating func appendCopyRow(_ row: PostgresParameters, columns: Int) throws(PostgresError) {
        guard row.count == columns else {
            throw PostgresError(.invalidStatement, "A row has \(row.count) values for \(columns) columns")
        }
        self.append(Int16(truncatingIfNeeded: columns))
        for slot in row.slots {
            guard let length = slot.length else {
                self.append(Int32(-1))
                continue
            }
            guard length <= 1 << 30 else {
                throw PostgresError(.invalidStatement, "A value is larger than the gigabyte that PostgreSQL takes")
            }
            self.append(Int32(length))
            self.append(contentsOf: row.buffer.bytes[slot.offset..<slot.offset + length])
        }
    }
}
