/// What makes two statements the same to the server.
///
/// The same SQL can be planned for parameters of several types.
struct StatementKey: Hashable, Sendable {
    let sql: String
    let types: [UInt32]
}
