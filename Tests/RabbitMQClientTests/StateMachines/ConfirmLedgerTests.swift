import Testing

@testable import RabbitMQClient

struct ConfirmLedgerTests {
    private let now = ContinuousClock.now

    private func ledger(_ count: Int, limit: Int = 100) -> ConfirmLedger<Int> {
        var ledger = ConfirmLedger<Int>(limit: limit)
        for ticket in 1...count { ledger.publish(ticket, at: self.now) }
        return ledger
    }

    private func ack(_ tag: UInt64, multiple: Bool = false) -> ConfirmMethod {
        ConfirmMethod(tag: tag, isMultiple: multiple, isPositive: true)
    }

    @Test
    func settlesInAnyOrder() throws {
        var ledger = self.ledger(3)
        #expect(try ledger.settle(self.ack(2)).map(\.ticket) == [2])
        #expect(ledger.inFlight == 2)
        #expect(try ledger.settle(self.ack(1)).map(\.ticket) == [1])
        #expect(try ledger.settle(self.ack(3)).map(\.ticket) == [3])
        #expect(ledger.inFlight == 0)
        #expect(ledger.oldest == nil)
    }

    @Test
    func settlesAllUpToATagOnce() throws {
        var ledger = self.ledger(5)
        _ = try ledger.settle(self.ack(2))
        #expect(try ledger.settle(self.ack(4, multiple: true)).map(\.ticket) == [1, 3, 4])
        #expect(try ledger.settle(self.ack(4, multiple: true)).isEmpty)
        #expect(try ledger.settle(self.ack(0, multiple: true)).map(\.ticket) == [5])
    }

    @Test
    func takesAConfirmAfterAReturnForNoConfirm() throws {
        var ledger = self.ledger(4)
        let reason = CloseReason(replyCode: 312, text: "NO_ROUTE")
        #expect(ledger.markReturned(reason) { $0 == 2 })
        let settled = try ledger.settle(self.ack(3, multiple: true))
        #expect(settled.map(\.verdict) == [.confirmed, .returned(reason), .confirmed])
    }

    @Test
    func marksEqualMessagesReturnedOneAfterTheOther() throws {
        var ledger = self.ledger(3)
        let reason = CloseReason(replyCode: 312, text: "NO_ROUTE")
        #expect(ledger.markReturned(reason) { _ in true })
        #expect(ledger.markReturned(reason) { _ in true })
        #expect(!ledger.markReturned(reason) { $0 == 9 })
        let settled = try ledger.settle(self.ack(3, multiple: true))
        #expect(settled.map(\.verdict) == [.returned(reason), .returned(reason), .confirmed])
    }

    @Test
    func tellsNacksFromAcks() throws {
        var ledger = self.ledger(2)
        let nack = ConfirmMethod(tag: 2, isMultiple: true, isPositive: false)
        #expect(try ledger.settle(nack).map(\.verdict) == [.nacked, .nacked])
    }

    @Test
    func refusesConfirmsOfWhatWasNotPublished() throws {
        var ledger = self.ledger(2)
        #expect(throws: RabbitMQError.self) { try ledger.settle(self.ack(3)) }
        #expect(throws: RabbitMQError.self) { try ledger.settle(self.ack(0)) }
        #expect(throws: RabbitMQError.self) { try ledger.settle(self.ack(.max, multiple: true)) }
        #expect(ledger.inFlight == 2)
    }

    @Test
    func hasRoomForItsLimitOnly() throws {
        var ledger = self.ledger(3, limit: 3)
        #expect(!ledger.hasRoom)
        // A hole does make room.
        _ = try ledger.settle(self.ack(2))
        #expect(ledger.hasRoom)
    }

    @Test
    func keepsCountOfWhatWasGivenUp() throws {
        var ledger = self.ledger(2)
        #expect(ledger.giveUp() == [1, 2])
        #expect(ledger.oldest == nil)
        #expect(ledger.giveUp().isEmpty)
        ledger.publish(3, at: self.now)
        #expect(ledger.oldest == self.now)
        // The answers come after all; only one of them is still awaited.
        #expect(try ledger.settle(self.ack(3, multiple: true)).map(\.ticket) == [3])
        #expect(ledger.inFlight == 0)
    }

    @Test
    func startsAtOneAgainOnANewChannel() throws {
        var ledger = self.ledger(3)
        _ = try ledger.settle(self.ack(1))
        #expect(ledger.abandon() == [2, 3])
        #expect(ledger.inFlight == 0)
        ledger.publish(7, at: self.now)
        #expect(try ledger.settle(self.ack(1)).map(\.ticket) == [7])
    }

    @Test(arguments: 0..<20)
    func answersForEveryMessageExactlyOnce(_ seed: Int) throws {
        var ledger = ConfirmLedger<Int>(limit: 50)
        var published = 0
        var answered: [Int: Int] = [:]
        while answered.count < 500 {
            if ledger.hasRoom, published < 500, Bool.random() {
                published += 1
                ledger.publish(published, at: self.now)
            } else if published > 0 {
                let confirm = ConfirmMethod(
                    tag: UInt64.random(in: UInt64(max(1, published - 60))...UInt64(published)),
                    isMultiple: published == 500 || Bool.random(),
                    isPositive: true
                )
                for (ticket, _) in try ledger.settle(confirm) { answered[ticket, default: 0] += 1 }
            }
            #expect(ledger.inFlight == published - answered.count)
            #expect(ledger.inFlight <= 50)
        }
        #expect(answered.values.allSatisfy { $0 == 1 })
    }
}
