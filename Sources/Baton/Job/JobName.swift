/// The rules for the name a job is stored under.
package enum JobName {
    /// The longest name, in bytes of UTF-8: it has to fit in an AMQP short string with room to spare.
    package static let maximumBytes = 200

    /// Checks a job's name.
    ///
    /// - Parameter name: The name.
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidName``.
    package static func validate(_ name: String) throws(JobError) {
        guard !name.isEmpty else {
            throw JobError(.invalidName, "A job's name must not be empty.")
        }
        guard name.utf8.count <= maximumBytes else {
            throw JobError(
                .invalidName,
                "A job's name takes at most \(maximumBytes) bytes of UTF-8; “\(name.prefix(40))…” takes \(name.utf8.count)."
            )
        }
        if let scalar = name.unicodeScalars.first(where: { !isPrintable($0) }) {
            throw JobError(
                .invalidName,
                "A job's name holds printable characters only; \(name.debugDescription) holds U+\(hex(scalar))."
            )
        }
    }

    /// Whether a character can be shown.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        // Nearly every name, and asked for every enqueue; the properties of the others are looked up in tables.
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .unassigned: false
        default: true
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
