import Foundation

/// Reads the files of cases beside these tests.
enum CronFixture {
    /// The lines of a file, without comments and empty ones.
    static func lines(_ name: String) throws -> [Substring] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
}
