import Foundation
import Testing

@Suite struct GuideTests {
    @Test("The guide shows only code that is compiled and run here")
    func samplesAreCompiled() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let path = "../../Sources/BatonTesting/BatonTesting.docc/TestingYourJobs.md"
        let guide = try String(contentsOf: here.appending(path: path).standardized, encoding: .utf8)
        let blocks = guide.components(separatedBy: "```swift\n").dropFirst().map { block in
            block.components(separatedBy: "```")[0]
        }
        let files = try ["Application", ".", "Support"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: here.appending(path: folder).standardized,
                includingPropertiesForKeys: nil
            )
        }
        let compiled = try files.filter { $0.pathExtension == "swift" && $0.lastPathComponent != "GuideTests.swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(blocks.count > 5)
        for block in blocks {
            #expect(compiled.contains { $0.contains(block) }, "not compiled here:\n\(block)")
        }
    }
}
