import Testing

@testable import RabbitMQClient

/// Publishes a message with a header nested as deep as told, which the client itself refuses to send.
///
/// The default exchange routes it; the caller sees to it that the queue is there.
func publishNestedHeader(levels: Int, toQueue queue: String) async throws {
    let configuration = try Broker.configuration()
    let handle = try await Connector.connect(configuration.endpoints[0], configuration, on: .rabbitMQ(name: "test"))
    var writer = FrameWriter(frameMax: handle.frameMax)
    try writer.write(.channelOpen, channel: 1)

    // From the inside out, and backwards: a table of one entry around what there is so far.
    let levelSize = 1 + 0 + 1 + 4
    var table: [UInt8] = []
    for level in 0..<levels {
        let isOutermost = level == levels - 1
        let key = Array((isOutermost ? "deep" : "").utf8)
        let entry = [UInt8(key.count)] + key + [UInt8(ascii: "F")] + bigEndian(UInt32(level * levelSize))
        table.append(contentsOf: entry.reversed())
    }
    let size = UInt32(table.count)
    let header = bigEndian(size) + table.reversed()

    let key = Array(queue.utf8)
    let publish = [0, 60, 0, 40, 0, 0, 0, UInt8(key.count)] + key + [0]
    let content = [0, 60, 0, 0] + [UInt8](repeating: 0, count: 8) + [0x20, 0] + header
    let bytes = frame(1, publish) + frame(2, content)
    let space = writer.output.space(bytes.count)
    for index in bytes.indices { space[index] = bytes[index] }
    writer.output.append(bytes.count)

    try await withConnection { connection in
        var isSent = false
        try await eventually("the nested message is in the queue") {
            if !isSent {
                try writer.output.consume { try handle.send($0, count: $1) }
                isSent = writer.output.count == 0
            }
            return try await connection.depth(queue) == 1
        }
    }
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

private func frame(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [type, 0, 1] + bigEndian(UInt32(payload.count)) + payload + [0xCE]
}
