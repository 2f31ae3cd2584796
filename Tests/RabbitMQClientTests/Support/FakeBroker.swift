import BrokerProxy
import Foundation
import RabbitMQClient
import Locking

/// Just enough of a broker to do what a real one cannot be made to do on demand: run short of memory, stop reading, or
/// talk nonsense.
///
/// Answers requests, and hands each connection to a script once it may publish or consume.
final class FakeBroker: Sendable {
    /// One client's connection.
    final class Client: Sendable {
        fileprivate let descriptor: Int32
        private let reads = Locked(true)
        private let received = Locked(0)

        /// How many messages have come.
        var publishCount: Int { self.received.withLock { $0 } }

        fileprivate init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        /// Whether to read what the client sends.
        func setReading(_ isReading: Bool) {
            self.reads.withLock { $0 = isReading }
        }

        func send(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    Foundation.send(
                        self.descriptor,
                        buffer.baseAddress.map { $0 + sent },
                        bytes.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        func sendMethod(_ channel: UInt16, _ method: UInt32, _ arguments: [UInt8] = []) {
            self.send(FakeBroker.frame(1, channel, FakeBroker.bytes(method) + arguments))
        }

        /// Confirms all messages up to a number.
        func confirm(upTo tag: UInt64, channel: UInt16) {
            self.sendMethod(channel, 0x003C_0050, FakeBroker.bytes(tag) + [1])
        }

        func block(_ reason: String) {
            self.sendMethod(0, 0x000A_003C, [UInt8(reason.utf8.count)] + reason.utf8)
        }

        func setFlow(_ isActive: Bool, channel: UInt16) {
            self.sendMethod(channel, 0x0014_0014, [isActive ? 1 : 0])
        }

        func closeChannel(_ channel: UInt16, _ code: UInt16, _ reason: String) {
            let text = [UInt8(reason.utf8.count)] + reason.utf8
            self.sendMethod(channel, 0x0014_0028, FakeBroker.bytes(code) + text + [0, 0, 0, 0])
        }

        /// Ends the connection, with a word before it or without.
        func hangUp(saysSo: Bool) {
            if saysSo { self.sendMethod(0, 0x000A_0032, [1, 64, 3] + "bye".utf8 + [0, 0, 0, 0]) }
            shutdown(self.descriptor, Int32(SHUT_RDWR))
        }

        func unblock() {
            self.sendMethod(0, 0x000A_003D)
        }

        fileprivate func didPublish() {
            self.received.withLock { $0 += 1 }
        }

        fileprivate func read(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            var received = 0
            while received < count {
                while !self.reads.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.01) }
                let result = bytes.withUnsafeMutableBytes { buffer in
                    recv(self.descriptor, buffer.baseAddress.map { $0 + received }, count - received, 0)
                }
                guard result > 0 else { return nil }
                received += result
            }
            return bytes
        }
    }

    private let listener: Int32
    private let port: UInt16
    private let clients = Locked<[Client]>([])
    private let onReady: @Sendable (Client, UInt16) -> Void
    private let onPublish: @Sendable (Client, UInt16, UInt64) -> Void

    var configuration: RabbitMQConfiguration {
        var configuration = RabbitMQConfiguration(host: "127.0.0.1", port: self.port)
        configuration.heartbeat = .zero
        configuration.backoff = RabbitMQBackoff(initial: .milliseconds(20), maximum: .milliseconds(50))
        return configuration
    }

    /// How many connections have been made.
    var connectionCount: Int { self.clients.withLock { $0.count } }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - onReady: Called when a client has switched confirms on, or consumes, with the channel.
    ///   - onPublish: Called for each message, with the channel and its number.
    /// - Throws: `POSIXError` if there is no port to be had.
    init(
        onReady: @escaping @Sendable (Client, UInt16) -> Void = { _, _ in },
        onPublish: @escaping @Sendable (Client, UInt16, UInt64) -> Void = { _, _, _ in }
    ) throws {
        (self.listener, self.port) = try Sockets.listen()
        self.onReady = onReady
        self.onPublish = onPublish
        Thread.detachNewThread { [self] in self.accept() }
    }

    func close() {
        shutdown(self.listener, Int32(SHUT_RDWR))
        let clients = self.clients.withLock { $0 }
        for client in clients {
            client.setReading(true)
            shutdown(client.descriptor, Int32(SHUT_RDWR))
        }
    }

    private func accept() {
        while true {
            let descriptor = Foundation.accept(self.listener, nil, nil)
            guard descriptor >= 0 else { break }
            let client = Client(descriptor)
            self.clients.withLock { $0.append(client) }
            Thread.detachNewThread { [self] in
                self.serve(client)
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
        _ = Foundation.close(self.listener)
    }

    private func serve(_ client: Client) {
        guard client.read(8) != nil else { return }
        // Version 0-9, no properties, mechanisms, locales.
        let start = [0, 9] + Self.bytes(UInt32(0)) + Self.longText("PLAIN") + Self.longText("en_US")
        client.sendMethod(0, 0x000A_000A, start)
        var published: UInt64 = 0
        while let header = client.read(7) {
            let size = header[3...6].reduce(0) { $0 << 8 | Int($1) }
            guard let payload = client.read(size + 1) else { return }
            let channel = UInt16(header[1]) << 8 | UInt16(header[2])
            guard header[0] == 1 else { continue }
            let method = payload[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            switch method {
            case 0x000A_000B:
                let tune = Self.bytes(UInt32(131_072))
                client.sendMethod(0, 0x000A_001E, [7, 0xFF] + tune + [0, 0])
            case 0x000A_001F: break
            case 0x000A_0028: client.sendMethod(0, 0x000A_0029, [0])
            case 0x000A_0032: client.sendMethod(0, 0x000A_0033)
            case 0x0014_000A: client.sendMethod(channel, 0x0014_000B, Self.bytes(UInt32(0)))
            case 0x0014_0028: client.sendMethod(channel, 0x0014_0029)
            case 0x003C_000A: client.sendMethod(channel, 0x003C_000B)
            case 0x003C_0014:
                client.sendMethod(channel, 0x003C_0015, [2] + "c0".utf8)
                self.onReady(client, channel)
            case 0x0055_000A:
                client.sendMethod(channel, 0x0055_000B)
                self.onReady(client, channel)
            case 0x003C_0028:
                published += 1
                client.didPublish()
                self.onPublish(client, channel, published)
            default: break
            }
        }
    }

    static func frame(_ type: UInt8, _ channel: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [type] + self.bytes(channel) + self.bytes(UInt32(payload.count)) + payload + [0xCE]
    }

    /// The method frame of a delivery to the first consumer on channel 1.
    static func delivery(tag: UInt64) -> [UInt8] {
        let routingKey = [1] + Array("q".utf8)
        return self.frame(
            1,
            1,
            self.bytes(UInt32(0x003C_003C)) + [2] + "c0".utf8 + self.bytes(tag) + [0, 0] + routingKey
        )
    }

    /// The header of a content without properties on channel 1.
    static func contentHeader(bodySize: UInt64) -> [UInt8] {
        self.frame(2, 1, [0, 60, 0, 0] + self.bytes(bodySize) + [0, 0])
    }

    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    private static func longText(_ text: String) -> [UInt8] {
        self.bytes(UInt32(text.utf8.count)) + text.utf8
    }
}

/// Runs with a broker of the test's own making.
func withFakeBroker<Result: Sendable>(
    _ broker: FakeBroker,
    _ body: (FakeBroker) async throws -> Result
) async throws -> Result {
    defer { broker.close() }
    return try await body(broker)
}
