import Testing

@testable import Baton

/// While the consumer is not connected, jobs are claimed from storage (PROTOCOL section 3, "broker down").
@Suite struct BrokerDownTests {
    private let world = World()
    private let runs = Shared(0)

    private var counting: Script {
        Script { [runs] text, _ in
            runs.change { $0 += 1 }
            return text
        }
    }

    private func enqueue(_ text: String = "") async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: text)).id
    }

    @Test func jobsRunWhileTheBrokerIsDownAndNobodyPublishesThemAfterwards() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            try await eventually("its message is settled") { world.broker.unsettledCount == 0 }
            world.broker.goDown()
            // Whoever looks for the broker first finds it gone.
            try await world.advance(by: .seconds(3))
            let id = try await enqueue()
            #expect(world.storage.row(id)?.mark == nil)
            try await world.reach(.succeeded, id)
            // Another, told of by the sign alone.
            try await world.reach(.succeeded, enqueue())
            world.broker.comeUp()
            try await world.advance(by: .seconds(30))
            #expect(world.broker.read(\.published).count == 1)
            #expect(world.storage.counter(.duplicateDeliveries) == 0)
            #expect(runs.value == 3)
            #expect(world.storage.read { $0.rows.values.allSatisfy { $0.generation == 1 && $0.run == 1 } })

            let looks = world.storage.calls(.claimWaiting)
            try await world.reach(.succeeded, enqueue())
            try await world.advance(by: .seconds(30))
            #expect(world.storage.calls(.claimWaiting) == looks, "once connected, only messages count")
        }
    }

    /// Its connections stand, it takes what it is sent, and neither confirms nor delivers.
    @Test func jobsRunWhileTheBrokerIsSilent() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            let gate = world.broker.holdPublishes()
            let first = try await enqueue()
            await gate.arrivals(reach: 1)
            try await eventually("it is claimed without its message") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(first)?.state == .succeeded
            }
            let second = try await enqueue()
            #expect(world.storage.row(second)?.mark == nil)
            try await world.reach(.succeeded, second)
            gate.open()
            try await eventually("it is heard again, and the message dropped") {
                try? await world.advance(by: .milliseconds(100))
                return world.broker.depth == 0 && world.broker.unsettledCount == 0
            }
            try await world.advance(by: .seconds(5))
            let looks = world.storage.calls(.claimWaiting)
            try await world.reach(.succeeded, enqueue())
            try await world.advance(by: .seconds(30))
            #expect(world.storage.calls(.claimWaiting) == looks, "only messages count again")
            #expect(runs.value == 4)
            #expect(world.storage.counter(.repairedUnpublished) == 0)
        }
    }

    /// A connection that waits for storage to register its consumer session delivers nothing yet.
    @Test func jobsRunWhileAConnectionWaitsForLeaveToConsume() async throws {
        let gate = world.storage.holdBefore(.openConsumer)
        try await world.run(world.server(counting)) {
            await gate.arrivals(reach: 1)
            let id = try await enqueue()
            try await eventually("it is claimed without its message") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            gate.open()
            try await eventually("the server consumes, and drops the message") {
                try? await world.advance(by: .milliseconds(100))
                return world.broker.depth == 0 && world.broker.unsettledCount == 0
            }
            try await world.advance(by: .seconds(2))
            let looks = world.storage.calls(.claimWaiting)
            try await world.reach(.succeeded, enqueue())
            try await world.advance(by: .seconds(30))
            #expect(world.storage.calls(.claimWaiting) == looks, "once it consumes, only messages count")
            #expect(runs.value == 2)
        }
    }

    /// Jobs whose messages are in the broker's queues, which nobody can reach.
    @Test func jobsThatWerePublishedAreClaimedToo() async throws {
        let gate = Gate()
        let script = Script { [runs] text, _ in
            await gate.pass()
            runs.change { $0 += 1 }
            return text
        }
        try await world.run(world.server(concurrency: 1, script)) {
            var jobs: [JobID] = []
            for number in 0..<10 { jobs.append(try await enqueue("\(number)")) }
            await gate.arrivals(reach: 1)
            world.broker.goDown()
            try await world.advance(by: .seconds(1))
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
            world.broker.comeUp()
            try await eventually("all messages are settled") {
                try? await world.advance(by: .milliseconds(100))
                return world.broker.depth == 0 && world.broker.unsettledCount == 0
            }
            #expect(runs.value == 10)
        }
    }

    /// Nobody serves from storage then: what was enqueued is published once the broker is back.
    @Test func whatNobodyClaimedIsPublishedWhenTheBrokerIsBack() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            world.broker.goDown()
            try await world.advance(by: .seconds(3))
            // The server's claim is on its way when the broker comes back, and brings nothing.
            let answer = world.storage.holdBefore(.claimWaiting)
            world.storage.fail(.claimWaiting, .unavailable)
            let id = try await enqueue()
            await answer.arrivals(reach: 1)
            world.broker.comeUp()
            answer.open()
            try await eventually("it runs") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.counter(.repairedUnpublished) == 1)
        }
    }

    /// A broker short of memory: it delivers and takes no messages, not even the reconciler's.
    @Test func jobsRunWhileTheBrokerTakesNoMessages() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            world.broker.isBlocked = true
            // Enqueued before anybody knows: with a mark, and never published.
            let first = try await enqueue()
            #expect(world.storage.row(first)?.mark != nil)
            try await eventually("it runs all the same") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(first)?.state == .succeeded
            }
            let second = try await enqueue()
            #expect(world.storage.row(second)?.mark == nil)
            try await world.reach(.succeeded, second)

            world.broker.isBlocked = false
            try await world.advance(by: .seconds(30))
            let looks = world.storage.calls(.claimWaiting)
            try await world.reach(.succeeded, enqueue())
            try await world.advance(by: .seconds(30))
            #expect(world.storage.calls(.claimWaiting) == looks, "once it takes messages again, only they count")
            #expect(runs.value == 4)
            #expect(world.storage.read { $0.rows.values.allSatisfy { $0.generation == 1 && $0.run == 1 } })
        }
    }

    @Test func aShortBlipChangesNothing() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            for _ in 0..<10 {
                world.broker.goDown()
                let id = try await enqueue()
                #expect(world.storage.row(id)?.mark != nil)
                try await world.advance(by: StorageIntake.grace - .milliseconds(1))
                world.broker.comeUp()
                try await eventually("its message is sent again") {
                    try? await world.advance(by: .milliseconds(100))
                    return world.storage.row(id)?.state == .succeeded
                }
            }
            #expect(world.storage.calls(.claimWaiting) == 0)
            #expect(world.storage.counter(.repairedUnpublished) == 0)
        }
    }

    @Test func aServerStartsWhileTheBrokerIsDown() async throws {
        world.broker.goDown()
        let id = try await enqueue()
        try await world.run(world.server(counting)) {
            try await world.advance(by: JobClientConfiguration().brokerStartTimeout - .milliseconds(1))
            #expect(world.storage.row(id)?.state == .enqueued)
            try await world.advance(by: .milliseconds(1))
            try await world.reach(.succeeded, id)
        }
    }

    /// The message comes while the answer is on its way that gives the job to this server without it.
    @Test func aMessageThatOvertakesTheAnswerStartsNoSecondRun() async throws {
        let gate = Gate()
        let script = Script { [runs] text, _ in
            runs.change { $0 += 1 }
            if text == "first" { await gate.pass() }
            return text
        }
        try await world.run(world.server(concurrency: 2, script)) {
            let first = try await enqueue("first")
            await gate.arrivals(reach: 1)
            let publish = world.broker.holdPublishes()
            let id = try await enqueue()
            world.broker.goDown()
            let answer = world.storage.holdAnswer(.claimWaiting)
            try await world.advance(by: StorageIntake.grace)
            await answer.arrivals(reach: 1)
            world.broker.comeUp()
            publish.open()
            // The thread that the claim under way is not meant for.
            gate.open()
            try await world.reach(.succeeded, first)
            try await eventually("the message is asked about, again and again") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.calls(.claim) > 5
            }
            #expect(runs.value == 1)
            answer.open()
            try await eventually("it ends") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.row(id)?.state == .succeeded && world.broker.unsettledCount == 0
            }
            #expect(runs.value == 2)
        }
    }

    /// A claim without messages holds every free thread until it is answered; what is delivered then must not be forgotten.
    @Test func whatIsDeliveredDuringAClaimWithoutMessagesIsClaimedAfterIt() async throws {
        try await world.run(world.server(counting)) {
            try await world.reach(.succeeded, enqueue())
            world.broker.goDown()
            let answer = world.storage.holdAnswer(.claimWaiting)
            try await world.advance(by: StorageIntake.grace)
            await answer.arrivals(reach: 1)
            world.broker.comeUp()
            let id = try await enqueue()
            try await eventually("it is delivered") {
                try? await world.advance(by: .milliseconds(100))
                return world.broker.unsettledCount == 1
            }
            answer.open()
            try await world.reach(.succeeded, id)
            #expect(runs.value == 2)
        }
    }

    /// Clients without a transport beside a server that has one: the reconciler publishes what they store.
    @Test func rowsOfClientsWithoutATransportArePublished() async throws {
        let client = JobClient(
            storage: world.storage,
            environment: JobEnvironment(clock: world.clock, random: SeededRandom(seed: 7)),
            logger: World.logger
        )
        try await world.run(world.server(counting)) {
            let id = try await client.enqueue(Script.Call(text: "")).id
            try await eventually("it runs") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.counter(.repairedUnpublished) == 1)
            #expect(world.storage.calls(.claimWaiting) == 0)
        }
    }
}
