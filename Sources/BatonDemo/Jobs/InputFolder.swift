import Foundation

/// The only folder jobs may read: arguments come from whoever can enqueue.
struct InputFolder: Sendable {
    /// The folder, without symbolic links in its path.
    let root: String

    /// Finds a folder.
    ///
    /// - Parameter path: The folder.
    /// - Throws: ``DemoError`` when it is no folder.
    init(_ path: String) throws(DemoError) {
        var isFolder: ObjCBool = false
        guard let root = Self.canonical(path),
            FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue
        else {
            throw DemoError(.setUpFailed, "The input folder “\(path)” does not exist or is no folder.")
        }
        self.root = root
    }

    /// Opens a file under the folder.
    ///
    /// - Parameter path: The file, relative to the folder.
    /// - Returns: The open file.
    /// - Throws: ``DemoJobError`` when the path leads out of the folder, or to no regular file.
    func open(_ path: String) throws(DemoJobError) -> FileHandle {
        guard !path.isEmpty, !path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw DemoJobError(.pathRefused, "“\(path)” is not relative to the input folder.")
        }
        guard !path.split(separator: "/", omittingEmptySubsequences: false).contains("..") else {
            throw DemoJobError(.pathRefused, "“\(path)” leads out of the input folder: “..” is not allowed.")
        }
        guard let file = Self.canonical("\(root)/\(path)") else {
            throw DemoJobError(.fileUnreadable, "“\(path)” cannot be read: \(Self.systemMessage()).")
        }
        guard file.hasPrefix(root == "/" ? root : "\(root)/") else {
            throw DemoJobError(.pathRefused, "“\(path)” leads out of the input folder by a symbolic link.")
        }
        // Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
        let descriptor = Foundation.open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw DemoJobError(.fileUnreadable, "“\(path)” cannot be read: \(Self.systemMessage()).")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DemoJobError(.pathRefused, "“\(path)” is no regular file.")
        }
        return handle
    }

    private static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func systemMessage() -> String {
        String(cString: strerror(errno))
    }
}
