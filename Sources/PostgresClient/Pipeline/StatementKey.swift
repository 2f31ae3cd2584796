import Glibc

/// What makes two statements the same to the server.
///
/// The same SQL can be planned for parameters of several types.
struct StatementKey: Hashable, Sendable {
    let sql: String
    let types: [UInt32]

    /// Compares the bytes, as the server does: to Swift, texts are equal that only show the same characters.
    static func == (one: StatementKey, other: StatementKey) -> Bool {
        one.types == other.types && one.sql.hasSameBytes(as: other.sql)
    }

    /// Hashes the length of the SQL and parts of it in the place of all, which is long and read with every call.
    func hash(into hasher: inout Hasher) {
        let bytes = self.sql.utf8
        hasher.combine(bytes.count)
        for byte in bytes.dropFirst(bytes.count / 2).prefix(16) { hasher.combine(byte) }
        for byte in bytes.suffix(16) { hasher.combine(byte) }
        hasher.combine(self.types.count)
    }
}

extension String {
    fileprivate func hasSameBytes(as other: String) -> Bool {
        let isSame = self.utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { other in
                guard one.count == other.count else { return false }
                guard let first = one.baseAddress, let second = other.baseAddress else { return true }
                return first == second || memcmp(first, second, one.count) == 0
            }
        }
        return (isSame ?? nil) ?? self.utf8.elementsEqual(other.utf8)
    }
}
