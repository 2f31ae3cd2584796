/// The rules for a queue's name, which becomes part of RabbitMQ's queue names and routing keys.
package enum QueueName {
    /// The queue of a job that names none.
    package static let `default` = "default"

    /// The longest name, in characters.
    package static let maximumLength = 50

    /// Checks a queue's name.
    ///
    /// - Parameter name: The name.
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidQueue``.
    package static func validate(_ name: String) throws(JobError) {
        let bytes = name.utf8
        guard (1...maximumLength).contains(bytes.count), bytes.allSatisfy(isAllowed) else {
            throw JobError(
                .invalidQueue,
                """
                A queue's name is 1 to \(maximumLength) of a–z, 0–9, “_”, “-” and “.”; \
                \(String(name.prefix(60)).debugDescription) is not.
                """
            )
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
