import Foundation
import Testing

/// A network of a test's own: a cable to a namespace, where a server's socket can be reached until the cable is cut.
///
/// Unix sockets know no namespaces of networks, which is how the far end gets to a server on this one.
struct TestNetwork: Sendable {
    private let namespace: String
    private let near: String
    private let far: String
    private let nearAddress: String

    /// The address of the far end, where a server listens on PostgreSQL's usual port, for one connection.
    let address: String

    /// Whether networks can be made here: by root, and not in a container that forbids it.
    static func isAvailable() async -> Bool {
        guard geteuid() == 0, Program.isInstalled("ip"), Program.isInstalled("socat") else { return false }
        let network = TestNetwork()
        let isPossible = (try? await network.ip("netns", "add", network.namespace)) != nil
        if isPossible { try? await network.ip("netns", "delete", network.namespace) }
        return isPossible
    }

    private init() {
        let id = String(UInt32.random(in: .min ... .max), radix: 36)
        self.namespace = "baton-\(id)"
        // The kernel takes names of up to 15 bytes.
        self.near = "bt\(id)n"
        self.far = "bt\(id)f"
        // Four addresses of a range that is set aside for tests of networks.
        let base = 4 * Int.random(in: 0..<32768)
        let prefix = "198.\(18 + base / 65536).\(base / 256 % 256)."
        self.nearAddress = prefix + "\(base % 256 + 1)"
        self.address = prefix + "\(base % 256 + 2)"
    }

    /// Makes a network with a server's socket at its far end, and removes it afterwards.
    static func with<Result>(
        socket: String,
        _ body: (TestNetwork) async throws -> Result
    ) async throws -> Result {
        let network = TestNetwork()
        var forwarder: pid_t?
        do {
            try await network.make()
            forwarder = try network.forward(to: socket)
            let result = try await body(network)
            await network.remove(forwarder)
            return result
        } catch {
            await network.remove(forwarder)
            throw error
        }
    }

    /// Cuts the cable: from now on packets vanish, and nobody is told.
    func cut() async throws {
        try await self.ip("-netns", self.namespace, "link", "set", self.far, "down")
    }

    private func make() async throws {
        try await self.ip("netns", "add", self.namespace)
        try await self.ip("link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns", self.namespace)
        try await self.ip("address", "add", self.nearAddress + "/30", "dev", self.near)
        try await self.ip("link", "set", self.near, "up")
        try await self.ip("-netns", self.namespace, "address", "add", self.address + "/30", "dev", self.far)
        try await self.ip("-netns", self.namespace, "link", "set", self.far, "up")
    }

    private func forward(to socket: String) throws -> pid_t {
        let ip = try #require(Program.path("ip"))
        let socat = try #require(Program.path("socat"))
        // It takes one connection and ends with it, so that there is one process to end.
        return try Program.start([
            ip, "netns", "exec", self.namespace,
            socat, "TCP-LISTEN:5432,bind=\(self.address),reuseaddr", "UNIX-CONNECT:\(socket)",
        ])
    }

    private func remove(_ forwarder: pid_t?) async {
        if let forwarder { Program.end(forwarder) }
        // What could not be made cannot be removed either.
        try? await self.ip("link", "delete", self.near)
        try? await self.ip("netns", "delete", self.namespace)
    }

    private func ip(_ arguments: String...) async throws {
        try await Program.run([try #require(Program.path("ip"))] + arguments)
    }
}
