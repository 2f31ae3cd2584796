import Testing

@testable import Baton

/// What the early certificate promises, over random interleavings.
@Suite struct TakeoverSimulationTests {
    private func run(_ simulation: inout TakeoverSimulation, seconds: Int, _ body: (inout TakeoverSimulation) -> Void) {
        for _ in 0..<(seconds * 1_000 / TakeoverSimulation.step) {
            body(&simulation)
            simulation.pass()
        }
    }

    /// No single lost connection, no redelivery and no restart of either server, nor of both at once; however long renewals
    /// are under way, and losses go unnoticed.
    @Test(arguments: Seeds.many, [false, true])
    func noFaultMakesALivingOwnerPassForDead(seed: UInt64, isSlow: Bool) {
        var simulation = TakeoverSimulation(seed: seed, isSlow: isSlow)
        var random = SeededGenerator(seed: ~seed)
        // From quiet to stormy.
        let calm = Int.random(in: 5...200, using: &random)
        run(&simulation, seconds: 600) { simulation in
            if Int.random(in: 0..<calm, using: &random) == 0 {
                simulation.strike(TakeoverSimulation.Fault.allCases.randomElement(using: &random) ?? .bothRestart)
            }
            if Int.random(in: 0..<10, using: &random) == 0 { simulation.redeliver() }
        }
        #expect(simulation.certifiedAt == nil)
        #expect(simulation.isOwnerAlive)
    }

    /// The owner does not notice that the broker was restarted, renews when the watcher is connected again, and then loses
    /// its session: one loss of its own, and none of those that others share.
    @Test(arguments: Seeds.many)
    func aRestartOfTheBrokerThatTheOwnerHasNotNoticedDoesNotCountAsItsLoss(seed: UInt64) {
        var simulation = TakeoverSimulation(seed: seed, isSlow: true)
        run(&simulation, seconds: 10) { _ in }
        var hasLostSession = false
        run(&simulation, seconds: 30) { simulation in
            if !hasLostSession, simulation.row.offersTakeover, simulation.looksGone {
                hasLostSession = true
                simulation.strike(.ownerLosesSession)
            } else if !hasLostSession, simulation.areConnected {
                simulation.strike(.brokerRestarts)
            }
            simulation.redeliver()
        }
        #expect(simulation.certifiedAt == nil)
    }

    @Test(arguments: Seeds.many)
    func aKilledOwnerIsCertifiedWithinTwoSecondsOfARedelivery(seed: UInt64) throws {
        var simulation = TakeoverSimulation(seed: seed)
        var random = SeededGenerator(seed: ~seed)
        run(&simulation, seconds: Int.random(in: 10...20, using: &random)) { _ in }
        let killedAt = simulation.now
        simulation.kill()
        simulation.redeliver()
        run(&simulation, seconds: 2) { _ in }
        let certifiedAt = try #require(simulation.certifiedAt)
        #expect(certifiedAt - killedAt >= 1_000)
    }

    /// Its heartbeat stays away: noticed after at most one heartbeat and a quarter, and one of the watcher's.
    @Test(arguments: Seeds.many)
    func aKilledOwnerIsCertifiedSoonAlsoWhenNoMessageComesAgain(seed: UInt64) {
        var simulation = TakeoverSimulation(seed: seed)
        var random = SeededGenerator(seed: ~seed)
        run(&simulation, seconds: Int.random(in: 10...20, using: &random)) { _ in }
        simulation.kill()
        run(&simulation, seconds: 6) { _ in }
        #expect(simulation.certifiedAt != nil)
    }

    /// A watcher whose own connection was broken after the last renewal leaves the dead to their leases.
    @Test(arguments: [TakeoverSimulation.Fault.watcherLosesSession, .watcherLosesConnection, .bothRestart])
    func whoWasCutOffAfterTheLastRenewalCertifiesNobody(fault: TakeoverSimulation.Fault) {
        var simulation = TakeoverSimulation(seed: 1)
        run(&simulation, seconds: 10) { _ in }
        simulation.kill()
        simulation.strike(fault)
        run(&simulation, seconds: 60) { $0.redeliver() }
        #expect(simulation.certifiedAt == nil)
    }
}
