import CLibPQ

/// What somebody said with `NOTIFY`.
public struct PostgresNotification: Hashable, Sendable {
    /// The channel.
    public let channel: String
    /// What was said; empty when nothing was.
    public let payload: String
    /// The number of the server's process whose session said it.
    public let processID: Int32

    init(_ notification: UnsafePointer<PGnotify>) {
        self.channel = notification.pointee.relname.map { String(cString: $0) } ?? ""
        self.payload = notification.pointee.extra.map { String(cString: $0) } ?? ""
        self.processID = notification.pointee.be_pid
    }
}
