import Baton
import Testing

@testable import BatonTesting

/// What a client makes of a storage that nobody can look through, as that of a simulated process is.
@Suite struct UnmonitoredStorageTests {
    @Test func jobsCannotBeMovedByAFilter() async throws {
        let world = SimulationWorld(
            seed: 1,
            defects: [],
            isFaultless: true,
            consumerQuiet: .seconds(1),
            isInWords: false
        )
        let storage: any JobStorage = SimulatedStorage(process: 1, world: world, executor: world.wire)
        // One that can be asked would wait for ever, since nothing runs in this world.
        try #require(!(storage is any JobMonitor))
        let client = JobClient(storage: storage)
        let error = await #expect(throws: JobStorageError.self) {
            try await client.delete(matching: JobFilter(states: [.enqueued]))
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("cannot look for jobs") == true)
    }
}
