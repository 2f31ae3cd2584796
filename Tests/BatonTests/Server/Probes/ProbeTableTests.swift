import Testing

@testable import Baton

@Suite struct ProbeTableTests {
    private let queue = "default"
    private let session = ConsumerSession(Sample.uuid(1))
    private let other = ConsumerSession(Sample.uuid(2))
    private let probe = ProbeID(Sample.uuid(9))
    private var table = RunTable(concurrency: 1)
    private var probes = ProbeTable()

    private func round(
        _ phase: ProbeRound.Phase,
        joined: Bool = false,
        passed: Bool = false,
        isVoid: Bool = false,
        probe: ProbeID? = nil,
        session: ConsumerSession? = nil
    ) -> ProbeRound {
        let own = ProbeRound.Consumer(session: session ?? self.session, hasJoined: joined, hasPassed: passed)
        let others = ProbeRound.Consumer(session: other, hasJoined: true, hasPassed: true)
        return ProbeRound(
            id: probe ?? self.probe,
            queue: queue,
            phase: phase,
            consumers: [own, others],
            isVoid: isVoid
        )
    }

    private mutating func step(_ round: ProbeRound, session: ConsumerSession? = nil) -> ProbeTable.Step? {
        let steps = probes.steps([round], sessions: [queue: session ?? self.session], table: table)
        #expect(steps.count <= 1)
        return steps.first
    }

    private mutating func catchUp() {
        probes.caughtUp(probe, queue: queue, ordinal: table.arrivals)
    }

    private mutating func join(owesProbe: Bool = false) {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.joining)) == .join(probe, session, queue: queue))
        probes.joined(probe, queue: queue, owesProbe: owesProbe)
    }

    /// Takes deliveries in, and claims as many as there are threads for.
    @discardableResult
    private mutating func receive(_ jobs: ClosedRange<Int>) -> [RunTable.Held] {
        _ = table.receive(jobs.map { Sample.delivery($0, tag: UInt64($0)) }, at: Sample.instant(0))
        return table.takeClaimable(at: Sample.instant(0))
    }

    private mutating func giveBack() {
        let deliveries = [Sample.delivery(77, tag: 77)]
        table.disturbances.begin(deliveries)
        table.disturbances.end(deliveries)
    }

    private func isVoid(_ step: ProbeTable.Step?) -> Bool {
        if case .void(probe, queue, _, _)? = step { true } else { false }
    }

    // MARK: Joining

    @Test mutating func aSessionJoinsAfterARoundTripAndOnlyThen() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        #expect(step(round(.joining)) == nil, "it is under way")
        catchUp()
        #expect(step(round(.joining)) == .join(probe, session, queue: queue))
        #expect(step(round(.joining)) == .join(probe, session, queue: queue), "until storage shows it")
        probes.joined(probe, queue: queue, owesProbe: false)
        #expect(step(round(.joining, joined: true)) == nil)
    }

    @Test mutating func nothingIsDoneForAQueueThatIsNotConsumed() {
        #expect(probes.steps([round(.joining)], sessions: [:], table: table).isEmpty)
    }

    @Test mutating func nothingIsDoneBeforeTheSessionIsStored() {
        #expect(step(round(.joining), session: ConsumerSession(Sample.uuid(3))) == nil)
    }

    @Test mutating func aRoundTripThatFailedIsMadeAgain() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        probes.failedToCatchUp(probe, queue: queue)
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
    }

    @Test mutating func noRoundTripIsBegunWhileDeliveriesAreOnTheirWayBack() {
        let deliveries = [Sample.delivery(1, tag: 1)]
        table.disturbances.begin(deliveries)
        #expect(step(round(.joining)) == nil)
        table.disturbances.end(deliveries)
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
    }

    @Test mutating func whatIsGivenBackDuringTheRoundTripAsksForAnother() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        giveBack()
        catchUp()
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.joining)) == .join(probe, session, queue: queue))
    }

    @Test mutating func aRoundTripOfAnotherRoundSaysNothing() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        probes.caughtUp(ProbeID(Sample.uuid(8)), queue: queue, ordinal: 0)
        #expect(step(round(.joining)) == nil)
        probes.failedToCatchUp(ProbeID(Sample.uuid(8)), queue: queue)
        #expect(step(round(.joining)) == nil)
    }

    // MARK: Publishing

    @Test mutating func whoJoinedLastPublishesUntilItIsDone() {
        join(owesProbe: true)
        #expect(step(round(.published, joined: true)) == .publish(probe, queue: queue))
        probes.published(probe, queue: queue)
        #expect(step(round(.published, joined: true)) == nil)
    }

    @Test mutating func whoseAnswerToJoiningWasLostPublishesToBeSure() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.joining)) == .join(probe, session, queue: queue))
        #expect(step(round(.published, joined: true)) == .publish(probe, queue: queue))
    }

    @Test mutating func whoJoinedBeforeOthersDoesNotPublish() {
        join(owesProbe: false)
        #expect(step(round(.published, joined: true)) == nil)
    }

    // MARK: Passing

    @Test mutating func aSessionPassesAfterAnotherRoundTrip() {
        join()
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        #expect(step(round(.returned, joined: true)) == nil, "it is under way")
        catchUp()
        #expect(step(round(.returned, joined: true)) == .pass(probe, session, queue: queue))
        #expect(step(round(.returned, joined: true)) == .pass(probe, session, queue: queue), "until storage shows it")
        #expect(step(round(.returned, joined: true, passed: true)) == nil)
        #expect(probes.held.isEmpty)
    }

    @Test mutating func aRoundTripBeforePassingThatFailedIsMadeAgain() {
        join()
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        probes.failedToCatchUp(probe, queue: queue)
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
    }

    @Test mutating func whatWaitsOrIsBeingClaimedMustBeTakenUpFirst() {
        join()
        let claimed = receive(1...2)
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.returned, joined: true)) == nil, "one is being claimed, one waits")
        #expect(probes.held == [queue: 2])
        table.start(
            Sample.claimed(1, claim: 1),
            owner: Sample.epoch(1),
            delivery: claimed[0].delivery,
            at: Sample.instant(0)
        )
        table.endClaims(claimed)
        #expect(step(round(.returned, joined: true)) == nil, "the other waits for the thread")
        #expect(table.end(OwnedRun(id: Sample.id(1), claim: 1), after: .seconds(1)) != nil)
        let next = table.takeClaimable(at: Sample.instant(0))
        #expect(step(round(.returned, joined: true)) == nil, "it is being claimed")
        table.claimAgain(next)
        table.endClaims(next)
        #expect(step(round(.returned, joined: true)) == nil, "it is to be claimed again")
        let again = table.takeClaimable(at: Sample.instant(0))
        table.endClaims(again)
        #expect(step(round(.returned, joined: true)) == .pass(probe, session, queue: queue))
    }

    @Test mutating func whatCameAfterTheRoundTripAndWhatRunsHoldNothingUp() {
        join()
        let claimed = receive(1...1)
        table.start(
            Sample.claimed(1, claim: 1),
            owner: Sample.epoch(1),
            delivery: claimed[0].delivery,
            at: Sample.instant(0)
        )
        table.endClaims(claimed)
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        catchUp()
        receive(2...9)
        #expect(step(round(.returned, joined: true)) == .pass(probe, session, queue: queue))
    }

    @Test mutating func whatWaitsOfOtherQueuesHoldsNothingUp() {
        join()
        var delivery = Sample.delivery(1, tag: 1)
        delivery.message.queue = "other"
        _ = table.receive([delivery], at: Sample.instant(0))
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.returned, joined: true)) == .pass(probe, session, queue: queue))
    }

    // MARK: Void

    @Test mutating func whatIsGivenBackSinceItJoinedMakesTheRoundVoidOnceItsProbeIsBack() {
        join(owesProbe: true)
        giveBack()
        #expect(step(round(.published, joined: true)) == .publish(probe, queue: queue))
        probes.published(probe, queue: queue)
        #expect(step(round(.published, joined: true)) == nil)
        #expect(isVoid(step(round(.returned, joined: true))))
    }

    @Test mutating func whereDeliveriesLeaveAllTheTimeASessionJoinsAtLastAndNeverPasses() {
        var looks = 0
        while step(round(.joining)) != .join(probe, session, queue: queue), looks < 100 {
            looks += 1
            giveBack()
            catchUp()
        }
        #expect(looks == ProbeTable.maximumLooks)
        probes.joined(probe, queue: queue, owesProbe: false)
        #expect(isVoid(step(round(.returned, joined: true))), "even if nothing leaves any more")
    }

    @Test mutating func whereSomeDeliveryIsAlwaysOnItsWayOutASessionJoinsAtLastAndNeverPasses() {
        let delivery = [Sample.delivery(1, tag: 1)]
        table.disturbances.begin(delivery)
        for _ in 0..<ProbeTable.maximumLooks { #expect(step(round(.joining)) == nil) }
        #expect(step(round(.joining)) == .join(probe, session, queue: queue))
        table.disturbances.end(delivery)
        #expect(step(round(.joining)) == .join(probe, session, queue: queue), "until storage shows it")
        #expect(isVoid(step(round(.returned, joined: true))))
    }

    @Test mutating func whatIsOnItsWayOutMakesTheRoundVoidBeforeItIsGone() {
        join()
        receive(1...2)
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(table.takeWaiting(since: Sample.instant(1)).count == 1)
        #expect(isVoid(step(round(.returned, joined: true))))
    }

    @Test mutating func whatIsGivenBackOfOtherQueuesDoesNot() {
        join()
        var delivery = Sample.delivery(1, tag: 1)
        delivery.message.queue = "other"
        table.disturbances.begin([delivery])
        #expect(step(round(.returned, joined: true)) == .catchUp(probe, queue: queue))
    }

    @Test(arguments: [ProbeRound.Phase.joining, .published, .returned])
    mutating func anotherSessionMakesTheRoundVoid(phase: ProbeRound.Phase) {
        join()
        let fresh = ConsumerSession(Sample.uuid(3))
        #expect(isVoid(step(round(phase, session: fresh), session: fresh)))
    }

    @Test mutating func aSessionThatEndedMakesTheRoundVoid() {
        join()
        #expect(isVoid(step(round(.published, joined: true, isVoid: true))))
    }

    @Test mutating func aRoundOfWhichThisServerHasForgottenItsPartIsVoid() {
        #expect(isVoid(step(round(.returned, joined: true))))
    }

    // MARK: Late

    @Test mutating func aSessionThatCameLateIsWaitedFor() {
        let claimed = receive(1...1)
        #expect(step(round(.published)) == nil)
        #expect(step(round(.returned)) == .catchUp(probe, queue: queue))
        catchUp()
        #expect(step(round(.returned)) == nil, "it holds a delivery")
        table.endClaims(claimed)
        #expect(step(round(.returned)) == .pass(probe, session, queue: queue))
    }

    @Test mutating func aSessionThatCameLateHasNeverGivenAnythingBack() {
        giveBack()
        #expect(isVoid(step(round(.returned))))
    }

    @Test mutating func aSessionThatMissedJoiningIsLate() {
        #expect(step(round(.joining)) == .catchUp(probe, queue: queue))
        #expect(step(round(.published)) == nil)
        catchUp()
        #expect(step(round(.returned)) == .catchUp(probe, queue: queue), "the first was for joining")
    }

    // MARK: Rounds

    @Test mutating func anotherRoundBeginsAnew() {
        join()
        let next = ProbeID(Sample.uuid(8))
        giveBack()
        #expect(step(round(.joining, probe: next)) == .catchUp(next, queue: queue))
    }

    @Test mutating func ofEachQueueThereIsARoundOfItsOwn() {
        var second = round(.joining, probe: ProbeID(Sample.uuid(8)))
        second.queue = "other"
        let steps = probes.steps(
            [round(.joining), second],
            sessions: [queue: session, "other": session],
            table: table
        )
        #expect(steps == [.catchUp(probe, queue: queue), .catchUp(second.id, queue: "other")])
    }
}
