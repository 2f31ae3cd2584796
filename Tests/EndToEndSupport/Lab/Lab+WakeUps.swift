import Baton
import Foundation
import RabbitMQClient

/// What a message in a queue wakes somebody up for.
struct LabWakeUp: Hashable, Sendable {
    let id: JobID
    let generation: Int
}

extension Lab {
    /// Takes every wake-up out of a queue that nobody consumes any more.
    ///
    /// Probes are passed over: a server that stops leaves those behind that it waited for.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: How many messages there were for each job at each generation.
    /// - Throws: `RabbitMQError`; ``LabError`` for a message that is no wake-up.
    func takeWakeUps(from queue: String) async throws -> [LabWakeUp: Int] {
        var wakeUps: [LabWakeUp: Int] = [:]
        try await withBroker { broker in
            for name in lanes(of: queue) {
                guard try await broker.state(ofQueue: name) != nil else { continue }
                while let message = try await broker.takeMessage(fromQueue: name) {
                    if message.properties.headers["x-probe"] != nil { continue }
                    for wakeUp in try Self.wakeUps(of: message) { wakeUps[wakeUp, default: 0] += 1 }
                }
            }
        }
        return wakeUps
    }

    /// Reads a message, or a bundle: a line for each of its wake-ups.
    private static func wakeUps(of message: RabbitMQMessage) throws -> [LabWakeUp] {
        let headers = message.properties.headers
        var lines = [message.properties.messageID.map { "\($0):\(headers["x-generation"]?.integer ?? -1)" } ?? ""]
        if headers["x-jobs"] != nil {
            lines = String(decoding: message.body, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return try lines.map { line in
            let parts = line.split(separator: ":")
            guard parts.count == 2, let id = JobID(String(parts[0])), let generation = Int(parts[1]) else {
                throw LabError("A message is no wake-up: \(message)")
            }
            return LabWakeUp(id: id, generation: generation)
        }
    }
}
