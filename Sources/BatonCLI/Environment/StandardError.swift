import Foundation

/// The process's standard error, for what is not output.
enum StandardError {
    /// Writes at once, past any buffer.
    ///
    /// - Parameter text: What to write.
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
