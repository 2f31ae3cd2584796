import Foundation

/// The real files that jobs read.
struct InputFiles: Sendable {
    /// The folder they are in.
    let folder: InputFolder
    /// Their paths, relative to the folder, sorted.
    let paths: [String]

    /// Looks for text files.
    ///
    /// - Parameter folder: Where to look.
    /// - Throws: ``DemoError`` when there is none.
    init(in folder: InputFolder) throws(DemoError) {
        self.folder = folder
        guard let enumerator = FileManager.default.enumerator(atPath: folder.root) else {
            throw DemoError(.setUpFailed, "The input folder “\(folder.root)” cannot be listed.")
        }
        var paths: [String] = []
        while let path = enumerator.nextObject() as? String {
            // Links are left out: they name files that are found anyway, or lead out of the folder.
            if enumerator.fileAttributes?[.type] as? FileAttributeType == .typeRegular, Self.isText(folder, path) {
                paths.append(path)
            }
        }
        guard !paths.isEmpty else {
            throw DemoError(.setUpFailed, "There is no text file under the input folder “\(folder.root)”.")
        }
        self.paths = paths.sorted()
    }

    /// Text has no zero byte near its start, which is also how Git tells.
    private static func isText(_ folder: InputFolder, _ path: String) -> Bool {
        guard let file = try? folder.open(path), let start = try? file.read(upToCount: 8_192) else { return false }
        return !start.isEmpty && !start.contains(0)
    }

    /// The Swift toolchain's folder, which every machine that builds Baton has.
    ///
    /// - Parameter tool: What asks the compiler.
    /// - Returns: The folder.
    /// - Throws: ``DemoError`` when there is no toolchain.
    static func toolchain(_ tool: ToolRun) async throws -> InputFolder {
        // The compiler itself says where it is: `swift` in the PATH may be a launcher that lives elsewhere.
        let answer = try await tool.output(of: "/usr/bin/env", ["swift", "-print-target-info"])
        guard let info = try? JSONDecoder().decode(TargetInfo.self, from: Data(answer.utf8)) else {
            throw DemoError(.setUpFailed, "“swift -print-target-info” does not say where it is; use --input.")
        }
        // …/usr/lib/swift
        return try InputFolder("\(info.paths.runtimeResourcePath)/../..")
    }

    private struct TargetInfo: Decodable {
        struct Paths: Decodable {
            let runtimeResourcePath: String
        }

        let paths: Paths
    }
}
