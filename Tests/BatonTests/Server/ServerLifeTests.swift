import Testing

@testable import Baton

@Suite struct ServerLifeTests {
    /// Whoever starts servers again and again would fill the memory.
    @Test func aServerThatHasEndedIsFreedWithItsClient() async throws {
        weak var storage: InMemoryStorage?
        weak var transport: InMemoryTransport?
        weak var leftover: JobServer?
        try await {
            let (database, broker) = (InMemoryStorage(), InMemoryTransport())
            let client = JobClient(storage: database, transport: broker, logger: World.logger)
            let server = try JobServer(client, logger: World.logger) { Script() }
            (storage, transport, leftover) = (database, broker, server)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                group.addTask { try await server.run() }
                let job = try await client.enqueue(Script.Call(text: ""))
                try await eventually("the job is done") { (try? await job.status())?.state == .succeeded }
                group.cancelAll()
                while let end = await group.nextResult() {
                    if case .failure(let error) = end, !(error is CancellationError) { throw error }
                }
            }
        }()
        try await eventually("all is freed") { storage == nil && transport == nil && leftover == nil }
    }
}
