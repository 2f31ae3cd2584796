internal import Baton
package import RabbitMQClient

/// Producers that are kept apart from all others: with an exchange, an account and a queue for rejects of their own.
package struct BrokerTenant: Sendable, Hashable {
    /// The name, a part of those of its exchange, account and queue.
    package let name: String
    /// The queues of jobs it may submit to; nil for all.
    package let queues: [String]?

    /// Reads a tenant.
    ///
    /// - Parameter text: `NAME`, or `NAME=QUEUE,QUEUE` for one that may submit to those queues only. The name is 1 to 50 of
    ///   a–z, 0–9, “_” and “-”.
    /// - Throws: `RabbitMQError`, `invalidConfiguration`, when it is anything else.
    package init(_ text: String) throws(RabbitMQError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        let isValid = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard isValid, (1...50).contains(name.utf8.count) else {
            throw RabbitMQError(
                code: .invalidConfiguration,
                message: "A tenant is NAME or NAME=QUEUE,QUEUE, its name 1 to 50 of a–z, 0–9, “_” and “-”; "
                    + "\(String(text.prefix(60)).debugDescription) is not."
            )
        }
        self.name = name
        queues = parts.count < 2 ? nil : try Self.queues(String(parts[1]))
    }

    /// Reads a list of queues of jobs.
    ///
    /// - Parameter text: Their names, separated by commas.
    /// - Returns: Each of them once, sorted.
    /// - Throws: `RabbitMQError`, `invalidConfiguration`, when one is no queue's name.
    package static func queues(_ text: String) throws(RabbitMQError) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names {
            do throws(JobError) {
                try QueueName.validate(name)
            } catch {
                throw RabbitMQError(code: .invalidConfiguration, message: error.message, underlyingError: error)
            }
        }
        return Set(names).sorted()
    }
}
