import Testing

@testable import PostgresClient

@Suite struct PoolHistoryTests {
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
