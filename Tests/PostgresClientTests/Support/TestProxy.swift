import Foundation
import Locking

/// Forwards connections to a server as a bad network does: not at all, or in pieces, when told to.
final class TestProxy: @unchecked Sendable {
    private struct State {
        var isSilent = false
        var pieceSize: Int?
        var isStopped = false
        var accepted = 0
    }

    private static let bufferSize = 1 << 16

    private let state = Locked(State())
    private let listener: Int32
    private let target: (host: String, port: UInt16)
    let port: UInt16

    var isSilent: Bool {
        get { self.state.withLock { $0.isSilent } }
        set { self.state.withLock { $0.isSilent = newValue } }
    }

    /// How many bytes of what the server sends go on at a time; as many as there are unless told otherwise.
    var pieceSize: Int? {
        get { self.state.withLock { $0.pieceSize } }
        set { self.state.withLock { $0.pieceSize = newValue } }
    }

    /// How many connections have been made through it.
    var accepted: Int { self.state.withLock { $0.accepted } }

    private var isStopped: Bool { self.state.withLock { $0.isStopped } }

    static func start(to target: (host: String, port: UInt16)) async throws -> TestProxy {
        let proxy = try TestProxy(to: target)
        Thread.detachNewThread { proxy.accept() }
        return proxy
    }

    private init(to target: (host: String, port: UInt16)) throws {
        self.target = target
        (self.listener, self.port) = try Self.listen()
    }

    func stop() {
        self.state.withLock { $0.isStopped = true }
    }

    /// Makes a socket that other programs do not inherit: one they hold cannot be closed.
    private static func socket() -> Int32 {
        Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = Self.socket()
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(descriptor, address, length) | Glibc.listen(descriptor, 16)
                    | getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRINUSE) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = port.bigEndian
        return address
    }

    private func accept() {
        while !self.isStopped {
            guard Self.isReadable(self.listener) else { continue }
            let client = Glibc.accept(self.listener, nil, nil)
            guard client >= 0 else { continue }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            self.state.withLock { $0.accepted += 1 }
            Thread.detachNewThread { self.forward(client) }
        }
        close(self.listener)
    }

    private func forward(_ client: Int32) {
        let server = Self.socket()
        defer {
            close(client)
            close(server)
        }
        var address = Self.loopback(self.target.port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return }
        // The system would put small pieces together again.
        var isImmediate: Int32 = 1
        setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &isImmediate, socklen_t(MemoryLayout<Int32>.size))
        while !self.isStopped {
            let pieceSize = self.pieceSize ?? Self.bufferSize
            for (from, to, size) in [(client, server, Self.bufferSize), (server, client, pieceSize)]
            where Self.isReadable(from) && !self.isSilent && !Self.copy(from, to, atMost: size) {
                return
            }
        }
    }

    /// Looks for a millisecond, so that being told to stop is noticed.
    private static func isReadable(_ descriptor: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 1) > 0
    }

    private static func copy(_ from: Int32, _ to: Int32, atMost size: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: size)
        let count = read(from, &buffer, buffer.count)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let written = buffer[sent..<count].withUnsafeBytes {
                send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            sent += written
        }
        return true
    }
}
