import Testing

@testable import Baton

@Suite struct PublishLedgerTests {
    private let session = Sample.session(1)

    @Test func numbersStartAtOneAndAreNeverGivenTwice() {
        var ledger = PublishLedger(session: session)
        #expect(ledger.reserve(3).sequences == 1..<4)
        ledger.settle(1)
        ledger.settle(2)
        ledger.settle(3)
        #expect(ledger.reserve(2).sequences == 4..<6)
        #expect(ledger.reserve(0).sequences.isEmpty)
        #expect(ledger.reserve(1).sequences == 6..<7)
    }

    @Test func aNewSessionConfirmsNothing() {
        let watermark = PublishLedger(session: session).watermark(limit: 256)
        #expect(watermark == PublisherWatermark(session: session, confirmedBelow: 1, pending: []))
    }

    @Test func aNumberIsPendingFromBeforeItsInsertIsSent() {
        var ledger = PublishLedger(session: session)
        _ = ledger.reserve(2)
        ledger.settle(2)
        #expect(
            ledger.watermark(limit: 256) == PublisherWatermark(session: session, confirmedBelow: 3, pending: [1])
        )
    }

    @Test func numbersBeyondTheLimitLieAboveTheWatermark() {
        var ledger = PublishLedger(session: session)
        _ = ledger.reserve(10)
        for sequence in [2, 5, 8] as [Int64] { ledger.settle(sequence) }
        #expect(ledger.watermark(limit: 3).confirmedBelow == 6)
        #expect(ledger.watermark(limit: 3).pending == [1, 3, 4])
        #expect(ledger.watermark(limit: 0).confirmedBelow == 1)
        #expect(ledger.watermark(limit: 0).pending == [])
    }

    @Test func abandonedNumbersStayUnconfirmedForEver() {
        var ledger = PublishLedger(session: session)
        let abandoned = ledger.reserve(2)
        let later = ledger.reserve(2)
        ledger.abandon(abandoned.count)
        #expect(ledger.abandoned == 2)
        #expect(!ledger.isSettled)
        for sequence in later.sequences { ledger.settle(sequence) }
        #expect(ledger.isSettled)
        #expect(
            ledger.watermark(limit: 256) == PublisherWatermark(session: session, confirmedBelow: 5, pending: [1, 2])
        )
    }

    /// The heart of I7: what a stored watermark confirms must have been settled, whatever the order of events; and what
    /// it does not confirm must be open, or lie above a cut that the limit forced.
    @Test(arguments: Seeds.many)
    func aNumberIsConfirmedExactlyWhenItWasSettledBelowTheCut(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ledger = PublishLedger(session: session)
        var isSettled: [Bool] = []
        for _ in 0..<120 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let count = Int.random(in: 0...6, using: &generator)
                let marks = ledger.reserve(count)
                #expect(marks.sequences.lowerBound == Int64(isSettled.count + 1))
                #expect(marks.count == count && marks.session == session)
                isSettled += Array(repeating: false, count: count)
            default:
                // Numbers never given out, and those settled before, must change nothing.
                let sequence = Int.random(in: -1...(isSettled.count + 2), using: &generator)
                ledger.settle(Int64(sequence))
                if isSettled.indices.contains(sequence - 1) { isSettled[sequence - 1] = true }
            }
            #expect(ledger.isSettled == isSettled.allSatisfy { $0 })
            for limit in [0, 1, 3, 7, 256] {
                #expect(ledger.watermark(limit: limit) == expected(isSettled, limit: limit))
            }
        }
    }

    private func expected(_ isSettled: [Bool], limit: Int) -> PublisherWatermark {
        let open = isSettled.indices.filter { !isSettled[$0] }.map { Int64($0 + 1) }
        let cut = open.count > limit ? open[limit] : Int64(isSettled.count + 1)
        return PublisherWatermark(session: session, confirmedBelow: cut, pending: Array(open.prefix(limit)))
    }
}
