import Testing

@testable import Baton

/// What a server costs that has nothing to do.
@Suite struct IdleCostTests {
    private let world = World()

    /// How many statements PostgreSQL is sent for a call where it is more than one: the turn to look and the look.
    ///
    /// A renewal and an audit are one while few jobs are there.
    private static let statements: [FakeStorage.Call: Int] = [.findWaiting: 2]

    @Test func anIdleServerSendsFewerThanThreeStatementsInTwoSeconds() async throws {
        try await world.run(world.server(Script())) {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            try await world.reach(.succeeded, job.id)
            // What follows a start is over by then.
            try await world.advance(by: .seconds(120))
            let before = world.storage.calls
            let minutes = 10
            try await world.advance(by: .seconds(60 * minutes))
            let idle = world.storage.calls.merging(before) { $0 - $1 }.filter { $0.value > 0 }
            let sent = idle.reduce(0) { $0 + $1.value * (Self.statements[$1.key] ?? 1) }
            #expect(sent * 2 < 3 * 60 * minutes, "\(idle)")
            let looks: Set<FakeStorage.Call> = [.heartbeat, .survey, .findWaiting, .promoteDue]
            #expect(looks.isSubset(of: idle.keys), "and it looks after everything all the while")
        }
    }
}
