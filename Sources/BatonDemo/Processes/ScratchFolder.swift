import Foundation

/// A folder for the output of child processes.
struct ScratchFolder: Sendable {
    /// The folder.
    let path: String

    /// Makes a folder that only this user can read.
    ///
    /// - Throws: ``DemoError``.
    init() throws(DemoError) {
        let path = FileManager.default.temporaryDirectory.appending(path: "baton-demo-\(UUID().uuidString)").path()
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw DemoError(.setUpFailed, "“\(path)” cannot be made: \(error).", underlyingError: error)
        }
        self.path = path
    }

    /// A file in it, to write to.
    ///
    /// - Parameter name: The file's name.
    /// - Returns: The file, empty.
    /// - Throws: ``DemoError``.
    func file(_ name: String) throws(DemoError) -> FileHandle {
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: nil),
            let handle = FileHandle(forUpdatingAtPath: file)
        else {
            throw DemoError(.setUpFailed, "“\(file)” cannot be written.")
        }
        return handle
    }

    /// What is in a file.
    ///
    /// - Parameter name: The file's name.
    /// - Returns: Its text; empty when there is no such file.
    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The last lines of a file, for a message.
    ///
    /// - Parameters:
    ///   - name: The file's name.
    ///   - count: How many lines.
    /// - Returns: The lines, indented.
    func lastLines(_ name: String, _ count: Int = 10) -> String {
        text(name).split(separator: "\n").suffix(count).map { "  \($0)" }.joined(separator: "\n")
    }

    /// Deletes it with all that is in it.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
