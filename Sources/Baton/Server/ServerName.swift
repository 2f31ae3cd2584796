/// The rules for a server's name.
enum ServerName {
    /// The longest name, in bytes of UTF-8.
    static let longest = 200

    /// Checks a server's name.
    ///
    /// - Parameter name: The name.
    /// - Throws: ``JobError`` with the code ``JobError/Code/invalidServer``.
    static func validate(_ name: String) throws(JobError) {
        guard (1...longest).contains(name.utf8.count), name.unicodeScalars.allSatisfy(JobName.isPrintable) else {
            throw JobError(
                .invalidServer,
                """
                A server's name is 1 to \(longest) bytes of printable characters; \
                \(String(name.prefix(40)).debugDescription) is not.
                """
            )
        }
    }
}
