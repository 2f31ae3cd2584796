import CLibPQ

/// Owns one connection of libpq, and ends it when it goes.
///
/// libpq wants one thread at a time, not always the same: the handle is made on a thread for blocking calls and then
/// handed over to its actor.
final class ConnectionHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    // libpq calls it for as long as the connection lives.
    let notices: NoticeReceiver

    var isBroken: Bool { PQstatus(self.pointer) == CONNECTION_BAD }

    var errorMessage: String {
        String(cString: PQerrorMessage(self.pointer)).trimmingNewlines()
    }

    init(_ pointer: OpaquePointer, notices: NoticeReceiver) {
        self.pointer = pointer
        self.notices = notices
        PQsetNoticeReceiver(
            pointer,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeReceiver>.fromOpaque(context).takeUnretainedValue().receive(result)
            },
            Unmanaged.passUnretained(notices).toOpaque()
        )
    }

    deinit {
        PQfinish(self.pointer)
    }
}
