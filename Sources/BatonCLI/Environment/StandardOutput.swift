import Foundation

/// The process's standard output, for what other programs read.
enum StandardOutput {
    /// Writes at once, past any buffer.
    ///
    /// - Parameter text: What to write.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
