/// What `sha256sum` says about files: the judge of the jobs' results.
struct Checksums: Sendable {
    /// Checksums by path, relative to the folder.
    let byPath: [String: String]

    /// Runs `sha256sum`.
    ///
    /// - Parameters:
    ///   - paths: The files, relative to the folder.
    ///   - folder: The folder.
    ///   - tool: What runs it.
    /// - Throws: ``DemoError`` when it fails.
    init(of paths: [String], in folder: InputFolder, tool: ToolRun) async throws {
        var byPath: [String: String] = [:]
        let prefix = "\(folder.root)/"
        for start in stride(from: 0, to: paths.count, by: 200) {
            let files = paths[start..<min(start + 200, paths.count)].map { prefix + $0 }
            // --zero: no quoting of unusual names.
            let output = try await tool.output(of: "/usr/bin/env", ["sha256sum", "--zero", "--"] + files)
            for line in output.split(separator: "\0") {
                // 64 digits, a space, a space or an asterisk, the name.
                byPath[String(line.dropFirst(66 + prefix.count))] = String(line.prefix(64))
            }
        }
        self.byPath = byPath
    }
}
