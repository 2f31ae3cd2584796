/// What makes two statements the same to the server.
///
/// The same SQL can be planned for parameters of several types.
struct StatementKey: Hashable, Sendable {
    let sql: String
    let types: [UInt32]

    /// Hashes the length of the SQL in the place of its text, which is long and read with every call; the few statements
    /// of one length are told apart by comparing them, which the same string in memory ends at once.
    func hash(into hasher: inout Hasher) {
        hasher.combine(self.sql.utf8.count)
        hasher.combine(self.types.count)
    }
}
