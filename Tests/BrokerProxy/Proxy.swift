import Foundation
package import RabbitMQClient
import Locking

/// A TCP proxy before the broker, to cut a link, or to let it fall silent, without touching anybody else's.
package final class Proxy: Sendable {
    private struct Link {
        let client: Int32
        let server: Int32
    }

    private struct State {
        var links: [Link] = []
        var isSilent = false
        var isStalled = false
        var acceptsLinks = true
        var isClosed = false
        var accepted = 0
    }

    private let listener: Int32
    /// Where it listens, on the loopback interface.
    package let port: UInt16
    private let target: RabbitMQConfiguration.Endpoint
    private let state = Locked(State())

    /// How many connections have been made through it.
    package var accepted: Int { self.state.withLock { $0.accepted } }

    /// Listens, and forwards to the broker.
    package init(to target: RabbitMQConfiguration.Endpoint) throws {
        self.target = target
        (self.listener, self.port) = try Sockets.listen()
        Thread.detachNewThread { [self] in self.accept() }
    }

    /// Cuts all links; new ones are accepted.
    ///
    /// - Returns: What ``accepted`` is once everybody who has lost a link has noticed, and is back.
    @discardableResult
    package func cut() -> Int {
        self.state.withLock { state in
            for link in state.links { Self.shutDown(link) }
            defer { state.links = [] }
            return state.accepted + state.links.count
        }
    }

    /// Whether to swallow everything in both directions, with the links left open.
    package func setSilent(_ isSilent: Bool) {
        self.state.withLock { $0.isSilent = isSilent }
    }

    /// Whether to read nothing, so that what either side sends piles up until it can send no more.
    package func setStalled(_ isStalled: Bool) {
        self.state.withLock { $0.isStalled = isStalled }
    }

    /// Whether to let new links in, or to cut them at once.
    package func setAccepting(_ accepts: Bool) {
        self.state.withLock { $0.acceptsLinks = accepts }
    }

    package func close() {
        self.state.withLock { $0.isClosed = true }
        self.cut()
        shutdown(self.listener, Int32(SHUT_RDWR))
    }

    private static func shutDown(_ link: Link) {
        shutdown(link.client, Int32(SHUT_RDWR))
        shutdown(link.server, Int32(SHUT_RDWR))
    }

    private func accept() {
        while true {
            let client = Foundation.accept(self.listener, nil, nil)
            guard client >= 0 else { break }
            guard !self.state.withLock({ $0.isClosed }),
                let server = Sockets.connect(host: self.target.host, port: self.target.port)
            else {
                _ = Foundation.close(client)
                continue
            }
            let link = Link(client: client, server: server)
            self.state.withLock { state in
                state.accepted += 1
                state.links.append(link)
                if !state.acceptsLinks { Self.shutDown(link) }
            }
            // The last of the two to end closes both descriptors.
            let ended = Counter()
            for (from, to) in [(client, server), (server, client)] {
                Thread.detachNewThread { [self] in
                    self.forward(from, to)
                    shutdown(from, Int32(SHUT_RDWR))
                    shutdown(to, Int32(SHUT_RDWR))
                    guard ended.increment() == 2 else { return }
                    self.state.withLock { state in state.links.removeAll { $0.client == client } }
                    _ = Foundation.close(client)
                    _ = Foundation.close(server)
                }
            }
        }
        _ = Foundation.close(self.listener)
    }

    private func forward(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            while self.state.withLock({ $0.isStalled && !$0.isClosed }) { Thread.sleep(forTimeInterval: 0.01) }
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            if self.state.withLock({ $0.isSilent }) { continue }
            var sent = 0
            while sent < count {
                let taken = buffer.withUnsafeBytes { bytes in
                    send(to, bytes.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard taken > 0 else { return }
                sent += taken
            }
        }
    }
}

private final class Counter: Sendable {
    private let value = Locked(0)

    func increment() -> Int {
        self.value.withLock { value in
            value += 1
            return value
        }
    }
}
