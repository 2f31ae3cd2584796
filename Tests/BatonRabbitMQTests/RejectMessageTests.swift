import Baton
import Foundation
import RabbitMQClient
import Testing

@testable import BatonRabbitMQ

@Suite struct RejectMessageTests {
    private func message(headers: [String: SubmittedValue], bodySize: Int) -> RabbitMQMessage {
        var message = SubmittedMessage(
            queue: "mail",
            exchange: "baton.submit",
            routingKey: "mail",
            body: [],
            bodySize: bodySize
        )
        message.headers = headers
        let reject = RejectedSubmission(
            id: JobID(UUID()),
            at: Date(timeIntervalSince1970: 1_000_000_000),
            reject: SubmissionReject(.tooLarge, "The body is too large."),
            message: message
        )
        return RabbitMQMessage(reject, exchange: "baton.rejected")
    }

    @Test("A reject's own headers are text and an integer of 32 bits, which every client can read")
    func ownHeaders() {
        let headers = message(headers: [:], bodySize: 3_000_000).properties.headers
        #expect(headers["reject-body-size"] == .int32(3_000_000))
        for (name, value) in headers where name != "reject-body-size" {
            #expect(value.string != nil, "\(name)")
        }
        #expect(headers.count == 7)
    }

    @Test("The producer's headers come back in types that its client can read, as far as they fit")
    func producersHeaders() {
        let headers = message(
            headers: [
                "small": .integer(-17), "largest": .integer(Int64(Int32.max)), "large": .integer(Int64(Int32.max) + 1),
                "flag": .bool(true), "date": .time(1_000_000_000), "text": .text("a"), "nothing": .none,
            ],
            bodySize: 2
        ).properties.headers
        #expect(headers["small"] == .int32(-17))
        #expect(headers["largest"] == .int32(.max))
        #expect(headers["large"] == .int64(Int64(Int32.max) + 1))
        #expect(headers["flag"] == .bool(true))
        #expect(headers["date"] == .timestamp(1_000_000_000))
        #expect(headers["text"] == .string("a"))
        #expect(headers["nothing"] == nil)
    }
}
