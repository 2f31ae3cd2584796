import Testing

@testable import Baton

/// Two servers, a client and many jobs through a storm of faults; then calm, in which everything must end well.
///
/// The fakes check the protocol's invariants all the while. Every decision of the storm comes from the seed; how the
/// tasks interleave does not.
@Suite struct SimulationTests {
    private static let callsThatFail: [FakeStorage.Call] = [
        .insert, .claim, .complete, .heartbeat, .promoteDue, .survey, .adoptUnpublished, .requeueOrphans, .releaseMarks,
        .saveWatermark, .openSession, .closeSession, .putBackUnheld, .register, .certifyDead, .count, .postpone,
        .claimWaiting, .waitForWork,
    ]

    @Test(arguments: Seeds.few.prefix(4) + Seeds.few.suffix(4), [false, true])
    func everyJobEndsOnceTheStormIsOver(seed: UInt64, withDeaths: Bool) async throws {
        let world = World(seed: seed)
        let running = Shared<[JobID: Int]>([:])
        let overlaps = Shared(0)
        let clock = world.clock
        let script = Script { text, context in
            let isAlone = running.change { running in
                running[context.id, default: 0] += 1
                return running[context.id] == 1
            }
            if !isAlone { overlaps.change { $0 += 1 } }
            defer { running.change { $0[context.id, default: 0] -= 1 } }
            var generator = SeededGenerator(seed: seed ^ UInt64(text.utf8.first ?? 0) &* UInt64(context.run))
            try await clock.sleep(for: .milliseconds(Int.random(in: 0...3_000, using: &generator)))
            if Int.random(in: 0..<4, using: &generator) == 0 { throw Misfortune() }
            return text
        }
        func configure(_ configuration: inout JobServerConfiguration) {
            configuration.retryPolicy = RetryPolicy { _, random in .milliseconds(random.integer(in: 100...2_000)) }
            configuration.unknownJobDelay = .seconds(5)
        }
        let (one, other) = (
            try world.server(concurrency: 3, configure: configure, script),
            try world.server(concurrency: 2, configure: configure, script)
        )
        try await world.run(one, other) {
            var storm = Storm(world: world, seed: seed, withDeaths: withDeaths)
            let (stored, hasProduced) = (Shared<[JobID]>([]), Shared(false))
            let producer = Task {
                for number in 0..<40 {
                    let options = JobOptions(maximumAttempts: 30)
                    let call = Script.Call(text: "\(Character(Unicode.Scalar(UInt8(65 + number % 26))))\(number)")
                    let job =
                        number % 4 == 0
                        ? try? await world.client.schedule(call, in: .milliseconds(number * 100), options: options)
                        : try? await world.client.enqueue(call, options: options)
                    if let job { stored.change { $0.append(job.id) } }
                }
                hasProduced.change { $0 = true }
            }
            for _ in 0..<120 {
                storm.blow(Self.callsThatFail)
                try await world.advance(by: .milliseconds(250))
            }
            storm.abate()
            try await eventually("all that was stored ends well") {
                try? await world.advance(by: .seconds(1))
                return hasProduced.value
                    && world.storage.read { $0.rows.values.allSatisfy { $0.state == .succeeded } }
            }
            await producer.value
            #expect(stored.value.allSatisfy { world.storage.row($0) != nil }, "what was said to be stored is")
            try await eventually("all messages are settled") {
                try? await world.advance(by: .seconds(1))
                return world.broker.depth == 0 && world.broker.unsettledCount == 0
            }
            #expect(
                world.storage.read {
                    $0.rows.values.allSatisfy { $0.history.count { $0.state == .succeeded } == 1 }
                }
            )
            if !withDeaths {
                #expect(overlaps.value == 0, "no second start while the owner lives")
            }
        }
    }
}

/// The faults of one simulation.
private struct Storm {
    let world: World
    let withDeaths: Bool
    var generator: SeededGenerator
    var held: [Gate] = []

    init(world: World, seed: UInt64, withDeaths: Bool) {
        self.world = world
        self.withDeaths = withDeaths
        generator = SeededGenerator(seed: seed)
    }

    mutating func blow(_ calls: [FakeStorage.Call]) {
        for gate in held where Bool.random(using: &generator) { gate.open() }
        switch Int.random(in: 0..<14, using: &generator) {
        case 0: world.storage.isDown = true
        case 1, 2: world.storage.isDown = false
        case 3, 4, 5:
            let faults: [FakeStorage.Fault] = [.unavailable, .lostBeforeCommit, .lostAfterCommit]
            if let call = calls.randomElement(using: &generator), let fault = faults.randomElement(using: &generator) {
                world.storage.fail(call, fault)
            }
        case 6: world.broker.cut()
        case 7: world.broker.goDown()
        case 8: world.broker.comeUp()
        case 9, 10:
            for _ in 0..<5 {
                let fates: [FakeBroker.Fate] = [.refused, .unanswered, .doubled, .confirmed]
                if let fate = fates.randomElement(using: &generator) { world.broker.plan(fate) }
            }
        case 11:
            let calls: [FakeStorage.Call] = [.claim, .complete, .claimWaiting]
            if let call = calls.randomElement(using: &generator) { held.append(world.storage.holdAnswer(call)) }
        case 12 where withDeaths:
            let epochs = world.storage.read { $0.servers.filter { !$0.value.isDead }.map(\.key) }
            if let epoch = epochs.sorted(by: { $0.description < $1.description }).randomElement(using: &generator) {
                world.storage.change { $0.servers[epoch]?.isDead = true }
            }
        default: break
        }
    }

    mutating func abate() {
        for gate in held { gate.open() }
        world.storage.isDown = false
        world.broker.comeUp()
    }
}
