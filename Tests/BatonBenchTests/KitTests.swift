import Foundation
import Testing

@testable import BatonBench

@Suite("Programs of the kit")
struct KitTests {
    /// Runs a test in a folder of its own, which has one program, a shell script.
    private func withKit(_ script: String, _ body: (Kit) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-bench-\(UUID().uuidString)")
        let program = folder.appending(path: "ceiling/whole")
        try FileManager.default.createDirectory(
            at: program.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("#!/bin/sh\ncd '\(folder.path)'\n\(script)\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        try await body(Kit(folder: folder.path, work: folder.path))
    }

    @Test("The last JSON line is the result, also when the program fails after it")
    func result() async throws {
        try await withKit(#"echo "$*"; echo '{"a":1}'; echo '{"drain":{"median":12.5}}'; exit 3"#) { kit in
            let result = try await kit.ceiling("whole", ["drain"])
            #expect(result.number(at: "drain.median") == 12.5)
        }
    }

    @Test("A program without a result is an error that names it")
    func noResult() async throws {
        try await withKit("exit 3") { kit in
            let error = await #expect(throws: BenchError.self) { try await kit.ceiling("whole", ["drain"]) }
            #expect(error?.message.contains("whole drain") == true)
            #expect(error?.message.contains("ended with 3") == true)
        }
    }

    @Test("A program that does not exist is an error")
    func missing() async throws {
        try await withKit("") { kit in
            await #expect(throws: BenchError.self) { try await kit.ceiling("pg", []) }
        }
    }

    @Test("A cancelled run asks the program to end, and waits until it has tidied up")
    func cancelled() async throws {
        try await withKit(
            #"trap 'echo done > tidied; exit 1' TERM; echo $$ > started; while true; do sleep 0.05; done"#
        ) { kit in
            let run = Task { try await kit.ceiling("whole", ["drain"]) }
            while !FileManager.default.fileExists(atPath: "\(kit.folder)/started") {
                try await Task.sleep(for: .milliseconds(10))
            }
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(FileManager.default.fileExists(atPath: "\(kit.folder)/tidied"))
        }
    }
}
