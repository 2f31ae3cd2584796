import Foundation
import Glibc
import Locking

/// Ports for servers that a test starts.
package enum LoopbackPort {
    /// Below those that `deploy/services` chooses from, and those that Linux gives to outgoing connections: one of them might
    /// take the port before the server does.
    private static let range: Range<UInt16> = 8_192..<10_240
    private static let given = Locked<Set<UInt16>>([])

    /// A port of 127.0.0.1 that nobody listens on and that nobody else of this process is given.
    package static func free() throws -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: Self.range)
            if Self.canBind(port), Self.given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw POSIXError(.EADDRINUSE)
    }

    private static func canBind(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
