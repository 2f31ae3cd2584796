import BatonMacros

/// Jobs whose ends are hard to store.
@Jobs
enum HostileJobs {
    /// Returns what PostgreSQL cannot store.
    @Job("test.hostile.result")
    static func result() -> String {
        "a\0b"
    }

    /// Throws what PostgreSQL cannot store.
    @Job("test.hostile.error")
    static func error() throws {
        throw HostileError(description: "before\0after")
    }

    /// Throws a book.
    @Job("test.hostile.long")
    static func long() throws {
        throw HostileError(description: String(repeating: "ä🦉", count: 100_000))
    }
}

struct HostileError: Error, CustomStringConvertible {
    let description: String
}
