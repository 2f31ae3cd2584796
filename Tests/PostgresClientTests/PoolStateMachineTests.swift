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
}
