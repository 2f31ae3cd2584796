import Testing

@testable import RabbitMQClient

struct FrameAssemblerTests {
    private var assembler = FrameAssembler(maximumBodySize: 100)

    private func delivery(_ channel: UInt16, tag: UInt64) -> Frame {
        let kind = ContentMethod.Kind.delivery(consumerTag: "c", deliveryTag: tag, isRedelivered: false)
        let method = ContentMethod(kind: kind, exchange: "x", routingKey: "k")
        return Frame(channel: channel, payload: .method(.content(method)))
    }

    private func header(_ channel: UInt16, _ size: UInt64) -> Frame {
        Frame(channel: channel, payload: .header(bodySize: size, properties: .init(messageID: "\(channel)")))
    }

    private func body(_ channel: UInt16, _ bytes: [UInt8]) -> Frame {
        Frame(channel: channel, payload: .body(bytes))
    }

    private func content(_ output: FrameAssembler.Output?) throws -> Content {
        guard case .content(let content) = try #require(output) else { throw RabbitMQError.closedHere }
        return content
    }

    @Test
    mutating func keepsMixedChannelsApart() throws {
        #expect(try self.assembler.take(self.delivery(1, tag: 5)) == nil)
        #expect(try self.assembler.take(self.delivery(2, tag: 9)) == nil)
        #expect(try self.assembler.take(self.header(2, 3)) == nil)
        #expect(try self.assembler.take(self.header(1, 2)) == nil)
        #expect(try self.assembler.take(self.body(2, [1])) == nil)
        let first = try self.content(self.assembler.take(self.body(1, [8, 9])))
        #expect(first.message.body == [8, 9])
        #expect(first.message.properties.messageID == "1")
        // A method of another channel in the middle of a message.
        #expect(try self.assembler.take(Frame(channel: 3, payload: .method(.connectionUnblocked))) != nil)
        let second = try self.content(self.assembler.take(self.body(2, [2, 3])))
        #expect(second.message.body == [1, 2, 3])
        #expect(second.kind == .delivery(consumerTag: "c", deliveryTag: 9, isRedelivered: false))
    }

    @Test
    mutating func completesAnEmptyBodyWithItsHeader() throws {
        _ = try self.assembler.take(self.delivery(1, tag: 1))
        #expect(try self.content(self.assembler.take(self.header(1, 0))).message.body.isEmpty)
    }

    @Test
    mutating func readsAndDropsABodyThatIsTooLarge() throws {
        _ = try self.assembler.take(self.delivery(1, tag: 1))
        _ = try self.assembler.take(self.header(1, 150))
        _ = try self.assembler.take(self.body(1, Array(repeating: 0, count: 100)))
        let content = try self.content(self.assembler.take(self.body(1, Array(repeating: 0, count: 50))))
        #expect(content.message.body.isEmpty)
        #expect(content.bodySize == 150)
    }

    @Test
    mutating func doesNotReserveWhatAHeaderClaims() throws {
        _ = try self.assembler.take(self.delivery(1, tag: 1))
        #expect(try self.assembler.take(self.header(1, .max)) == nil)
        #expect(try self.assembler.take(self.body(1, [1])) == nil)
    }

    @Test
    mutating func refusesFramesOutOfStep() throws {
        #expect(throws: RabbitMQError.self) { try self.assembler.take(self.header(1, 1)) }
        #expect(throws: RabbitMQError.self) { try self.assembler.take(self.body(1, [1])) }
        _ = try self.assembler.take(self.delivery(2, tag: 1))
        #expect(throws: RabbitMQError.self) { try self.assembler.take(self.delivery(2, tag: 2)) }
        _ = try self.assembler.take(self.delivery(3, tag: 1))
        _ = try self.assembler.take(self.header(3, 1))
        #expect(throws: RabbitMQError.self) { try self.assembler.take(self.body(3, [1, 2])) }
    }

    @Test
    mutating func letsAChannelCloseInTheMiddleOfAMessage() throws {
        _ = try self.assembler.take(self.delivery(1, tag: 1))
        let close = IncomingMethod.channelClose(CloseReason(replyCode: 406, text: "PRECONDITION_FAILED"))
        #expect(try self.assembler.take(Frame(channel: 1, payload: .method(close))) == .method(close))
        _ = try self.assembler.take(self.delivery(1, tag: 1))
    }
}
