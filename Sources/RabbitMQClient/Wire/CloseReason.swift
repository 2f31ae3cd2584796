/// Why a broker closes a channel or a connection.
struct CloseReason: Hashable, Sendable {
    let replyCode: UInt16
    let text: String
}
