import Foundation

/// The process's standard output, for what other programs read.
///
/// `print` buffers when the output is a pipe, and its reader waits for the line.
enum StandardOutput {
    /// Whether a person sees the output as it comes.
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Writes at once, past any buffer.
    ///
    /// - Parameter text: What to write.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
