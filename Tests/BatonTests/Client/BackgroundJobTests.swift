import Testing

@testable import Baton

/// One test, because the client of the whole process is set once.
@Suite struct BackgroundJobTests {
    @Test func callsGoToTheClientOfTheProcessOnceThereIsOne() async throws {
        let error = await #expect(throws: JobError.self) { try await BackgroundJob.enqueue(Script.Call(text: "")) }
        #expect(error?.code == .notBootstrapped)
        let world = World()
        Baton.bootstrap(world.client)
        try await world.run {
            let now = try await BackgroundJob.enqueue(Script.Call(text: "now"))
            let later = try await BackgroundJob.schedule(Script.Call(text: "later"), in: .seconds(5))
            let dated = try await BackgroundJob.schedule(Script.Call(text: "dated"), at: world.clock.date)
            #expect(world.storage.row(now.id)?.state == .enqueued)
            #expect(world.storage.row(later.id)?.state == .scheduled)
            #expect(world.storage.row(dated.id)?.state == .scheduled)
        }
        let other = World()
        try await other.run {
            try await withBootstrappedClient(other.client) {
                async let child = BackgroundJob.enqueue(Script.Call(text: "child"))
                let id = try await child.id
                #expect(other.storage.row(id)?.state == .enqueued)
            }
        }
    }
}
