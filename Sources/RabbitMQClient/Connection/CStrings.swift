import Glibc

/// Text as C wants it, wiped from memory when it is no longer needed: some of it is passwords.
struct CStrings: ~Copyable {
    private var copies: [UnsafeMutablePointer<CChar>] = []

    deinit {
        for copy in self.copies {
            explicit_bzero(copy, strlen(copy))
            free(copy)
        }
    }

    /// A copy that lives as long as this value.
    ///
    /// - Throws: `invalidConfiguration` if C would read on only as far as a zero within the text: as another user,
    ///   perhaps.
    mutating func copy(_ text: String) throws(RabbitMQError) -> UnsafePointer<CChar> {
        guard !text.utf8.contains(0) else {
            throw RabbitMQError(code: .invalidConfiguration, message: "The configuration holds a zero byte")
        }
        guard let copy = strdup(text) else {
            throw RabbitMQError(code: .connectFailed, message: "There is no memory left")
        }
        self.copies.append(copy)
        return UnsafePointer(copy)
    }

    mutating func copy(_ text: String?) throws(RabbitMQError) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        return try self.copy(text) as UnsafePointer<CChar>
    }
}
