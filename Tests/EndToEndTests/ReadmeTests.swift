import Foundation
import Testing

@Suite("README")
struct ReadmeTests {
    @Test("The sample is the code that is compiled here, to the letter")
    func sampleIsCompiled() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let readme = try String(contentsOf: here.appending(path: "../../README.md").standardized, encoding: .utf8)
        let compiled = try String(contentsOf: here.appending(path: "ReadmeSample.swift"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst().map { block in
            block.components(separatedBy: "```")[0]
        }
        #expect(blocks == [compiled])
    }
}
