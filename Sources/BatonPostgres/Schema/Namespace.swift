internal import Baton

/// The name under which one Baton keeps its tables: a schema of its own.
struct Namespace: Sendable, Hashable {
    let name: String

    /// Checks a name.
    ///
    /// - Parameter name: A lower-case letter or `_`, then up to 30 lower-case letters, digits or `_`.
    /// - Throws: ``JobStorageError``, refused, when the name is another, or begins with PostgreSQL's own `pg_`.
    init(_ name: String) throws(JobStorageError) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isValid = name.utf8.enumerated().allSatisfy { position, byte in
            letters.contains(byte) || byte == UInt8(ascii: "_") || position > 0 && digits.contains(byte)
        }
        guard isValid, (1...31).contains(name.utf8.count), !name.hasPrefix("pg_") else {
            throw JobStorageError(
                .refused,
                "“\(name)” is no namespace. Use a lower-case letter or _, then up to 30 lower-case letters, digits or _; "
                    + "not pg_ at the start."
            )
        }
        self.name = name
    }
}
