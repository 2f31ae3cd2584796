import Foundation
import Testing

struct ArticleTests {
    @Test
    func showsOnlyCodeThatCompiles() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let samples = try String(contentsOf: folder.appending(path: "ArticleSamples.swift"), encoding: .utf8)
        let path = "../../../Sources/RabbitMQClient/RabbitMQClient.docc/RabbitMQClient.md"
        let article = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        let blocks = article.split(separator: "```swift\n").dropFirst().compactMap { $0.split(separator: "```").first }
        #expect(blocks.count == 3)
        for block in blocks { #expect(samples.contains(block)) }
    }
}
