import Testing

@testable import PostgresClient

@Suite struct PoolStateMachineTests {
    typealias ConnectionID = PoolStateMachine.ConnectionID

    @Test func nothingConnectsBeforeTheStart() {
        var pool = PoolSimulation()
        let request = pool.request()
        #expect(pool.connecting.isEmpty)
        pool.start()
        #expect(pool.connecting.count == 1)
        pool.connectSucceeds()
        #expect(pool.answers[request] == .lease(ConnectionID(value: 1)))
        #expect(pool.faults == [])
    }

    @Test func theMinimumIsKept() {
        var pool = PoolSimulation(.init(minimumConnections: 2))
        pool.start()
        pool.connectSucceeds()
        pool.connectSucceeds()
        pool.advance(by: .seconds(3600))
        #expect(pool.closing.isEmpty)
        pool.ends(ConnectionID(value: 1))
        pool.advance(by: .seconds(1))
        #expect(pool.connecting.count == 1)
        #expect(pool.faults == [])
    }

    @Test func aFreeConnectionIsLeasedAtOnce() {
        var pool = PoolSimulation()
        pool.start()
        pool.request()
        pool.connectSucceeds()
        pool.release(ConnectionID(value: 1))
        let request = pool.request()
        #expect(pool.answers[request] == .lease(ConnectionID(value: 1)))
        #expect(pool.connecting.isEmpty)
    }

    @Test func thePoolGrowsToTheMaximumAndThenServesInOrder() {
        var pool = PoolSimulation(.init(maximumConnections: 2))
        pool.start()
        let requests = (0..<5).map { _ in pool.request() }
        #expect(pool.connecting.count == 2)
        pool.connectSucceeds()
        pool.connectSucceeds()
        #expect(pool.answered == Array(requests[0...1]))
        pool.release(ConnectionID(value: 2))
        pool.release(ConnectionID(value: 1))
        pool.release(ConnectionID(value: 2))
        #expect(pool.answered == requests)
        #expect(pool.answers[requests[4]] == .lease(ConnectionID(value: 2)))
        #expect(pool.faults == [])
    }

    @Test func attemptsBackOffAndOneAtATimeTries() {
        var pool = PoolSimulation(
            .init(leaseTimeout: .seconds(60), minimumBackoff: .seconds(1), maximumBackoff: .seconds(3))
        )
        pool.start()
        for _ in 0..<4 { pool.request() }
        #expect(pool.connecting.count == 4)
        for _ in 0..<4 { pool.connectFails(random: 1) }
        #expect(pool.connecting.isEmpty)
        var times: [Duration] = []
        for _ in 0..<4 {
            while pool.connecting.isEmpty { pool.advance(by: .milliseconds(500)) }
            #expect(pool.connecting.count == 1)
            times.append(pool.now)
            pool.connectFails(random: 1)
        }
        // Four failures at once count as four, so that the longest wait is reached; it is never exceeded.
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .seconds(3) })
        while pool.connecting.isEmpty { pool.advance(by: .milliseconds(500)) }
        // The first success brings the others back.
        pool.connectSucceeds()
        #expect(pool.connecting.count == 3)
        #expect(pool.faults == [])
    }

    @Test(arguments: [(0.0, Duration.milliseconds(50)), (1.0, .milliseconds(100))])
    func theFirstBackoffIsBetweenHalfAndAllOfTheMinimum(random: Double, expected: Duration) {
        var pool = PoolSimulation()
        pool.start()
        pool.request()
        pool.connectFails(random: random)
        pool.advance(by: expected - .milliseconds(1))
        #expect(pool.connecting.isEmpty)
        pool.advance(by: .milliseconds(1))
        #expect(pool.connecting.count == 1)
    }

    @Test func nobodyWaitsForEver() {
        var pool = PoolSimulation(.init(maximumConnections: 1, leaseTimeout: .seconds(30)))
        pool.start()
        pool.request()
        pool.connectSucceeds()
        let request = pool.request()
        pool.advance(by: .seconds(29))
        #expect(pool.answers[request] == nil)
        pool.advance(by: .seconds(1))
        #expect(pool.answers[request] == .refusal(.timeout))
        let later = pool.request()
        pool.release(ConnectionID(value: 1))
        #expect(pool.answers[later] == .lease(ConnectionID(value: 1)))
        #expect(pool.faults == [])
    }

    @Test func aTimeoutBeforeTheStartIsOneToo() {
        var pool = PoolSimulation()
        let request = pool.request()
        pool.advance(by: .seconds(30))
        #expect(pool.answers[request] == .refusal(.timeout))
    }

    @Test func whoGivesUpIsPassedOver() {
        var pool = PoolSimulation(.init(maximumConnections: 1))
        pool.start()
        let (first, second) = (pool.request(), pool.request())
        pool.cancel(first)
        #expect(pool.answers[first] == .refusal(.cancelled))
        pool.connectSucceeds()
        #expect(pool.answers[second] == .lease(ConnectionID(value: 1)))
        pool.cancel(second)
        #expect(pool.faults == [])
    }

    @Test func aConnectionThatDiesOnLoanIsReplacedForWhoWaits() {
        var pool = PoolSimulation(.init(maximumConnections: 1))
        pool.start()
        pool.request()
        pool.connectSucceeds()
        let request = pool.request()
        #expect(pool.connecting.isEmpty)
        pool.ends(ConnectionID(value: 1))
        #expect(pool.connecting == [ConnectionID(value: 2)])
        pool.release(ConnectionID(value: 1))
        pool.connectSucceeds()
        #expect(pool.answers[request] == .lease(ConnectionID(value: 2)))
        #expect(pool.faults == [])
    }

    @Test func aConnectionThatDiesIdleIsNotReplacedForNobody() {
        var pool = PoolSimulation()
        pool.start()
        pool.request()
        pool.connectSucceeds()
        pool.release(ConnectionID(value: 1))
        pool.ends(ConnectionID(value: 1))
        pool.advance(by: .seconds(100))
        #expect(pool.connecting.isEmpty)
        pool.request()
        #expect(pool.connecting.count == 1)
    }

    @Test func aServerThatDropsEveryConnectionIsNotHammered() {
        var pool = PoolSimulation(.init(minimumConnections: 1))
        pool.start()
        for _ in 0..<1000 {
            if !pool.connecting.isEmpty {
                pool.connectSucceeds()
                pool.ends(pool.open.first ?? ConnectionID(value: 0))
            }
            pool.advance(by: .milliseconds(1))
        }
        #expect(pool.connectTimes.count < 25)
        #expect(pool.faults == [])
    }

    @Test func idleConnectionsAreClosedDownToTheMinimum() {
        var pool = PoolSimulation(.init(minimumConnections: 1, idleTimeout: .seconds(60)))
        pool.start()
        for _ in 0..<3 { pool.request() }
        for _ in 0..<3 { pool.connectSucceeds() }
        for number in 1...3 { pool.release(ConnectionID(value: number)) }
        // One of them stays busy now and then, and therefore stays.
        for _ in 0..<10 {
            pool.advance(by: .seconds(15))
            pool.request()
            pool.release(ConnectionID(value: 3))
        }
        #expect(pool.closing == [ConnectionID(value: 1), ConnectionID(value: 2)])
        #expect(pool.faults == [])
    }

    @Test func aConnectionIsNotClosedBeforeItsIdleTimeoutIsHalfOver() {
        var pool = PoolSimulation(.init(idleTimeout: .seconds(60)))
        pool.start()
        pool.request()
        pool.connectSucceeds()
        pool.release(ConnectionID(value: 1))
        pool.advance(by: .seconds(31))
        #expect(pool.closing.isEmpty)
        pool.advance(by: .seconds(60))
        #expect(pool.closing.count == 1)
    }

    @Test func shutdownLetsLeasesEnd() {
        var pool = PoolSimulation(.init(maximumConnections: 2))
        pool.start()
        pool.request()
        pool.request()
        pool.connectSucceeds()
        pool.connectSucceeds()
        let waiting = pool.request()
        pool.release(ConnectionID(value: 2))
        pool.release(ConnectionID(value: 2))
        let other = pool.request()
        pool.shutDown()
        #expect(pool.answers[waiting] == .lease(ConnectionID(value: 2)))
        #expect(pool.answers[other] == .lease(ConnectionID(value: 2)))
        let late = pool.request()
        #expect(pool.answers[late] == .refusal(.closed))
        #expect(!pool.isFinished)
        for number in 1...2 {
            pool.release(ConnectionID(value: number))
            pool.ends(ConnectionID(value: number))
        }
        #expect(pool.isFinished)
        #expect(pool.faults == [])
    }

    @Test func shutdownRefusesWhoWaits() {
        var pool = PoolSimulation()
        pool.start()
        let request = pool.request()
        pool.connectFails()
        pool.shutDown()
        #expect(pool.answers[request] == .refusal(.closed))
        #expect(pool.isFinished)
        #expect(pool.faults == [])
    }

    @Test func aConnectionMadeDuringShutdownIsClosed() {
        var pool = PoolSimulation()
        pool.start()
        pool.request()
        pool.shutDown()
        #expect(!pool.isFinished)
        pool.connectSucceeds()
        #expect(pool.closing == [ConnectionID(value: 1)])
        pool.ends(ConnectionID(value: 1))
        #expect(pool.isFinished)
        #expect(pool.faults == [])
    }

    @Test func immediateShutdownTakesConnectionsBack() {
        var pool = PoolSimulation()
        pool.start()
        pool.request()
        pool.connectSucceeds()
        pool.shutDownNow()
        #expect(pool.closing == [ConnectionID(value: 1)])
        pool.ends(ConnectionID(value: 1))
        #expect(pool.isFinished)
        #expect(pool.faults == [])
    }

    /// Random histories: the pool keeps its limits, answers everybody, in order, and comes to an end.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func randomHistories(seed: UInt64) {
        var random = SplitMix(state: seed)
        var pool = PoolSimulation(
            .init(minimumConnections: Int.random(in: 0...2, using: &random), maximumConnections: 3)
        )
        var requests: [PoolStateMachine.RequestID] = []
        pool.start()
        for _ in 0..<400 {
            let isOutage = random.next() % 3 == 0
            switch random.next() % 9 {
            case 0, 1, 2: requests.append(pool.request())
            case 3: if let lease = pool.leased.keys.randomElement(using: &random) { pool.release(lease) }
            case 4:
                if !pool.connecting.isEmpty { isOutage ? pool.connectFails(random: 0.5) : pool.connectSucceeds() }
            case 5: if isOutage, let any = pool.open.randomElement(using: &random) { pool.ends(any, random: 0.5) }
            case 6: if let request = requests.randomElement(using: &random) { pool.cancel(request) }
            case 7: if let closing = pool.closing.randomElement(using: &random) { pool.ends(closing, random: 0.5) }
            default: pool.advance(by: .milliseconds(Int.random(in: 0...5000, using: &random)))
            }
        }
        // The server is back: everybody who waits is served.
        for _ in 0..<requests.count + 100 where pool.waitingCount > 0 {
            while !pool.connecting.isEmpty { pool.connectSucceeds() }
            for lease in pool.leased.keys { pool.release(lease) }
            pool.advance(by: .milliseconds(100))
        }
        #expect(pool.waitingCount == 0)
        #expect(requests.allSatisfy { pool.answers[$0] != nil })
        let served = pool.answered.filter { if case .lease = pool.answers[$0] { true } else { false } }
        #expect(served == served.sorted { $0.value < $1.value })

        pool.shutDown()
        while !pool.connecting.isEmpty { pool.connectSucceeds() }
        for lease in pool.leased.keys { pool.release(lease) }
        for connection in pool.open { pool.ends(connection) }
        #expect(pool.isFinished)
        #expect(pool.faults == [])
    }
}

/// A generator that gives the same numbers again for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
