import Testing

@testable import Baton

/// Filters on a server; what they can do is held by the tests of the kit.
@Suite struct JobServerFilterTests {
    /// Notes outcomes that are elected and states that are applied, and waits where the test says.
    private struct Observer: JobElectionFilter, AppliedStateFilter {
        let elected = Shared<[JobID]>([])
        let applied = Shared<[JobState]>([])
        var gate: Gate?

        func elect(_ election: inout JobElection) async throws {
            elected.change { $0.append(election.job.id) }
        }

        func didApply(_ state: AppliedState) async {
            await gate?.pass()
            applied.change { $0.append(state.state) }
        }
    }

    private func world(_ filters: JobFilters) -> World {
        var configuration = JobClientConfiguration()
        configuration.filters = filters
        return World(configuration: configuration)
    }

    @Test func aServerTellsOfTheStatesThatItHasStored() async throws {
        let observer = Observer()
        let world = world([observer])
        let server = try world.server(
            Script { text, context in
                if context.attempt == 1 { throw Misfortune() }
                return text
            }
        )
        try await world.run(server) {
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            try await world.reach(.scheduled, id)
            try await eventually("it is told of the retry") { observer.applied.value == [.scheduled] }
            try await eventually("it succeeds") {
                try? await world.advance(by: .seconds(10))
                return world.storage.row(id)?.state == .succeeded
            }
            try await eventually("it is told of the success") { observer.applied.value == [.scheduled, .succeeded] }
            #expect(observer.elected.value == [id, id])
        }
    }

    @Test func aFilterThatTakesLongHoldsNoEndUpAndHearsOfAllOfThem() async throws {
        let observer = Observer(gate: Gate())
        let world = world([observer])
        try await world.serve(world.server(Script())) { server in
            for _ in 0..<5 {
                let id = try await world.client.enqueue(Script.Call(text: "")).id
                try await world.reach(.succeeded, id)
            }
            await observer.gate?.arrivals(reach: 1)
            #expect(observer.applied.value == [])
            await server.stop()
            observer.gate?.open()
        }
        #expect(observer.applied.value == Array(repeating: .succeeded, count: 5))
    }

    @Test func aRunThatItsServerPutsBackIsNoElection() async throws {
        let observer = Observer()
        let world = world([observer])
        let gate = Gate()
        let server = try world.server(
            // However fast this test's time goes by, the run is put back before it is over.
            configure: { $0.cancellationTimeout = .seconds(1_000_000) },
            Script { text, _ in
                await gate.pass()
                try Task.checkCancellation()
                return text
            }
        )
        try await world.serve(server) { server in
            try await world.client.enqueue(Script.Call(text: ""))
            await gate.arrivals(reach: 1)
            await server.stop()
            try await eventually("the server ends") {
                try? await world.advance(by: .seconds(1))
                return server.hasEnded
            }
        }
        #expect(observer.elected.value == [])
        #expect(observer.applied.value == [.scheduled])
    }
}
