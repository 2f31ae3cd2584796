import Testing

@testable import Baton

@Suite struct ClientLifeTests {
    /// Whoever makes a client for each task would fill the memory.
    @Test func aClientThatIsLetGoIsFreedWithItsTransport() async throws {
        weak var publisher: DispatchPublisher?
        weak var transport: InMemoryTransport?
        try await {
            let storage = InMemoryStorage()
            let broker = InMemoryTransport()
            let client = JobClient(storage: storage, transport: broker, logger: World.logger)
            try await client.enqueue(Script.Call(text: ""))
            (publisher, transport) = (client.publisher, broker)
            #expect(publisher != nil)
        }()
        try await eventually("both are freed") { publisher == nil && transport == nil }
    }
}
