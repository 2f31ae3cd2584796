import CLibPQ
import Glibc
import PollExecutor

// While it is the client's turn, the server has notices to send, or an error. libpq reports notices as they come, and
// keeps an error to itself until all data is sent, which may be never. That there is one only shows in what is missing:
// something came, and no notice came of it.
//
// It may have been a part of a notice as well. But the server sends a notice in one go, so the rest of it follows by
// itself, while after an error nothing follows. So a COPY is ended when something has come, and then nothing more. Until
// that is clear no more data is asked for: it would be thrown away.
//
// libpq reads by itself when it finds no room to send, and what it has read shows nowhere. So whatever is there is read
// before. An error that comes just in between goes unseen, and so does one that comes in one piece with a notice. These
// are told when all data is sent: until then the server throws it away.
extension PostgresConnection {
    /// How long the rest of a notice may take: some packets in a row may be lost and sent again.
    private static var longestGap: Duration { .seconds(2) }

    /// Has libpq report the notices that it has read, and returns how many there have been.
    func takeNotices(from handle: ConnectionHandle) -> Int {
        // It looks at what has been read; what it returns does not matter.
        _ = PQisBusy(handle.pointer)
        return handle.notices.count
    }

    /// Looks whether the server has said something, and waits until it is clear that it was no error.
    func lookBeforeSending() async throws(PostgresError) {
        if let handle, case .sending = self.copy?.phase {
            var descriptor = pollfd(fd: PQsocket(handle.pointer), events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) > 0 { self.receive() }
        }
        if self.copy?.gap != nil { _ = try await self.nextStep().get() }
    }

    /// Looks at what has come while it is the client's turn.
    func watchCopy(over handle: ConnectionHandle, noticesBefore: Int) {
        let notices = self.takeNotices(from: handle)
        self.stopWatchingCopy()
        // What the server said last is heard like an error.
        if handle.isBroken { return self.stopCopy() }
        // Servers before version 14 also tell of settings that change, which libpq keeps to itself like an error.
        guard notices == noticesBefore, self.serverVersion >= 140_000 else { return }
        self.copy?.gap = self.executor.schedule(after: Self.longestGap) { [weak self] in
            self?.assumeIsolated { $0.gapIsTooLong(notices: notices) }
        }
    }

    func stopWatchingCopy() {
        if let gap = self.copy?.gap.take() { self.executor.cancel(gap) }
    }

    private func gapIsTooLong(notices: Int) {
        // A thread that was held up comes here before it has looked at the socket; on its next turn it has.
        self.copy?.gap = self.executor.schedule(after: .zero) { [weak self] in
            self?.assumeIsolated { connection in
                guard let handle = connection.handle else { return }
                if connection.takeNotices(from: handle) == notices { return connection.stopCopy() }
                // libpq has read the rest of a notice by itself.
                connection.copy?.gap = nil
                if !connection.flush() { connection.copyIsFlushed() }
            }
        }
    }

    /// Ends a COPY that the server has ended, so that libpq tells why.
    private func stopCopy() {
        guard case .sending = self.copy?.phase else { return }
        // Should the server not have ended it after all, this is the reason it gives.
        self.putCopyEnd("the server said something that is no notice, and then nothing more")
        self.copy?.resume()
    }
}
