import Foundation
import Testing

@testable import Baton

/// What producers may say, and what comes of what they may not.
@Suite struct SubmissionParserTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func message(
        _ body: String = #"{"address": "ada@example.org"}"#,
        _ change: (inout SubmittedMessage) -> Void = { _ in }
    ) -> SubmittedMessage {
        var message = SubmittedMessage(
            queue: "mail",
            exchange: "baton.submit",
            routingKey: "mail",
            body: Array(body.utf8)
        )
        message.contentType = "application/json"
        message.type = "mail.welcome"
        message.messageID = "order-17"
        change(&message)
        return message
    }

    private static func parse(
        _ message: SubmittedMessage,
        _ parser: SubmissionParser = SubmissionParser()
    ) throws(SubmissionReject) -> Submission {
        try parser.parse(message, at: now)
    }

    // MARK: Good

    @Test func aPlainMessageIsAJob() throws {
        let submission = try Self.parse(Self.message())
        let job = submission.job
        #expect(submission.source == "baton.submit" && submission.messageID == "order-17")
        #expect(job.name == "mail.welcome" && job.queue == "mail" && job.start == .enqueued(nil))
        #expect(job.arguments.text == #"{"address": "ada@example.org"}"#)
        #expect(job.maximumAttempts == 10 && job.priority == 0 && job.timeout == nil && job.retry == nil)
        #expect(submission.sentAt == nil && submission.expiresAt == nil && !submission.isClaimable)
    }

    @Test func theSameMessageHasTheSameIDAndAnotherProducersHasAnother() throws {
        let ids = try [
            Self.parse(Self.message()), Self.parse(Self.message()), Self.parse(Self.message { $0.userID = "shop" }),
            Self.parse(Self.message { $0.messageID = "order-18" }),
        ]
        .map(\.job.id)
        #expect(ids[0] == ids[1])
        #expect(Set(ids).count == 3)
        // As Python counts: uuid.uuid5(uuid.UUID("6ba60e52-9c1d-4b0e-8f5d-1c5a8e2d7041"), "baton.submit\norder-17")
        #expect(ids[0].description == "c252f776-7f3b-5713-bf27-38c4f1345eb1")
    }

    @Test func aUUIDIsTheJobsIDUnlessItStandsForNoneOrAll() throws {
        let id = "0197A3C0-0000-7000-8000-00000000ABCD"
        let submission = try Self.parse(Self.message { $0.messageID = id })
        #expect(submission.job.id == JobID(id) && submission.otherID != submission.job.id)
        for digit in ["0", "f"] {
            let text = "00000000-0000-0000-0000-000000000000".replacing("0", with: digit)
            let submission = try Self.parse(Self.message { $0.messageID = text })
            #expect(submission.job.id == submission.otherID)
        }
    }

    @Test func optionsAreTakenFromPropertiesAndHeaders() throws {
        let submission = try Self.parse(
            Self.message { message in
                message.priority = 7
                message.timestamp = 1_799_999_000
                message.userID = "shop"
                message.headers = [
                    "job-max-attempts": .integer(3), "job-timeout-ms": .number(1500),
                    "job-run-at": .text("2027-01-15T08:05:00.250Z"), "job-expires-at": .integer(1_800_000_600_000),
                    "custom": .bool(true), "x-death": .unreadable,
                ]
            }
        )
        #expect(submission.source == "shop")
        #expect(submission.job.priority == 7 && submission.job.maximumAttempts == 3)
        #expect(submission.job.timeout == .milliseconds(1500))
        #expect(submission.dueAt == Date(timeIntervalSince1970: 1_800_000_300.25))
        #expect(submission.expiresAt == Date(timeIntervalSince1970: 1_800_000_600))
        #expect(submission.sentAt == Date(timeIntervalSince1970: 1_799_999_000))
    }

    @Test(arguments: [
        SubmittedValue.text("2027-01-15T08:00:00Z"), .text("1800000000000"), .integer(1_800_000_000_000),
        .number(1_800_000_000_000), .time(1_800_000_000),
    ])
    func aDateMayBeSaidInManyWays(_ value: SubmittedValue) throws {
        let submission = try Self.parse(Self.message { $0.headers = ["job-run-at": value] })
        #expect(submission.dueAt == Self.now)
    }

    @Test func whatIsNotSaidComesFromTheDeclaration() throws {
        let parser = SubmissionParser { name in
            name == "mail.welcome"
                ? JobOptions(queue: "other", priority: 2, maximumAttempts: 5, timeout: .seconds(9)) : nil
        }
        let job = try Self.parse(Self.message { $0.headers = ["job-max-attempts": .integer(1)] }, parser).job
        #expect(job.queue == "mail" && job.priority == 2 && job.maximumAttempts == 1 && job.timeout == .seconds(9))
        let other = try Self.parse(Self.message { $0.type = "mail.other" }, parser).job
        #expect(other.priority == 0 && other.maximumAttempts == 10 && other.timeout == nil)
    }

    @Test func whereItCameFromIsKept() throws {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let submission = try Self.parse(
            Self.message { message in
                message.correlationID = "c \"1\""
                message.appID = "shop"
                message.replyTo = "answers"
                message.headers = ["traceparent": .text(parent), "tracestate": .text("a=b")]
            }
        )
        let origin = try JSONDecoder().decode([String: String].self, from: Data(submission.origin.text.utf8))
        #expect(
            origin == [
                "source": "baton.submit", "message_id": "order-17", "correlation_id": "c \"1\"", "app_id": "shop",
                "reply_to": "answers",
            ]
        )
        #expect(submission.job.trace == TraceContext(traceparent: parent, tracestate: "a=b"))
        let bad = try Self.parse(Self.message { $0.headers = ["traceparent": .text("nonsense")] })
        #expect(bad.job.trace == nil)
    }

    @Test func aStructuredCloudEventIsAJob() throws {
        let body = """
            { "specversion" : "1.0", "type": "mail.welcome", "source": "https://example.org/shop", "id": "A-1",
              "time": "2027-01-15T07:59:00Z", "datacontenttype": "application/json",
              "data" : {"address": "ada@example.org", "deep": [1, {"a": "}"}]} , "traceparent":
              "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
            """
        let submission = try Self.parse(
            Self.message(body) { message in
                message.contentType = "application/cloudevents+json; charset=utf-8"
                message.type = nil
                message.messageID = nil
            }
        )
        #expect(submission.job.name == "mail.welcome" && submission.messageID == "A-1")
        #expect(submission.source == "baton.submit https://example.org/shop")
        #expect(submission.job.arguments.text == #"{"address": "ada@example.org", "deep": [1, {"a": "}"}]}"#)
        #expect(submission.sentAt == Self.now.addingTimeInterval(-60))
        #expect(submission.job.trace?.traceparent.contains("0af7651916cd43dd8448eb211c80319c") == true)
    }

    // MARK: Bad

    struct Bad: Sendable, CustomStringConvertible {
        let description: String
        let code: SubmissionReject.Code
        let message: SubmittedMessage

        init(
            _ description: String,
            _ code: SubmissionReject.Code,
            _ body: String = "{}",
            _ change: (inout SubmittedMessage) -> Void = { _ in }
        ) {
            self.description = description
            self.code = code
            message = SubmissionParserTests.message(body, change)
        }
    }

    private static func event(_ body: String, _ code: SubmissionReject.Code) -> Bad {
        Bad("event \(body)", code, body) { $0.contentType = "application/cloudevents+json" }
    }

    static let bad: [Bad] = [
        Bad("no type", .missingField) { $0.type = nil },
        Bad("empty type", .missingField) { $0.type = "" },
        Bad("long type", .invalidField) { $0.type = String(repeating: "x", count: 201) },
        Bad("type that cannot be shown", .invalidField) { $0.type = "a\u{7}b" },
        Bad("no message id", .missingField) { $0.messageID = nil },
        Bad("empty message id", .missingField) { $0.messageID = "" },
        Bad("long message id", .invalidField) { $0.messageID = String(repeating: "ü", count: 65) },
        Bad("U+0000 in the message id", .unstorableText) { $0.messageID = "a\0b" },
        Bad("U+0000 in the user id", .unstorableText) { $0.userID = "a\0b" },
        Bad("another content type", .unsupportedContentType) { $0.contentType = "text/xml" },
        Bad("packed", .unsupportedEncoding) { $0.contentEncoding = "gzip" },
        Bad("expiration", .expirationForbidden) { $0.expiration = "60000" },
        Bad("table as a header", .invalidField) { $0.headers = ["nested": .unreadable] },
        Bad("unknown job header", .unknownHeader) { $0.headers = ["job-runat": .integer(1)] },
        Bad("large headers", .headersTooLarge) { $0.headers = ["a": .text(String(repeating: "x", count: 8_200))] },
        Bad("unique key", .unsupported) { $0.headers = ["job-unique-key": .text("k")] },
        Bad("run-at that is no date", .invalidField) { $0.headers = ["job-run-at": .text("tomorrow")] },
        Bad("run-at without a zone", .invalidField) { $0.headers = ["job-run-at": .text("2027-01-01T00:00:00")] },
        Bad("run-at of no number", .invalidField) { $0.headers = ["job-run-at": .number(.nan)] },
        Bad("run-at beyond all time", .invalidField) { $0.headers = ["job-run-at": .integer(.max)] },
        Bad("run-at before all time", .invalidField) { $0.headers = ["job-run-at": .integer(.min)] },
        Bad("expires-at that is no date", .invalidField) { $0.headers = ["job-expires-at": .bool(true)] },
        Bad("no attempts", .invalidField) { $0.headers = ["job-max-attempts": .integer(0)] },
        Bad("too many attempts", .invalidField) { $0.headers = ["job-max-attempts": .integer(.max)] },
        Bad("attempts of a fraction", .invalidField) { $0.headers = ["job-max-attempts": .number(1.5)] },
        Bad("infinite attempts", .invalidField) { $0.headers = ["job-max-attempts": .number(.infinity)] },
        Bad("attempts as a word", .invalidField) { $0.headers = ["job-max-attempts": .text("three")] },
        Bad("no timeout", .invalidField) { $0.headers = ["job-timeout-ms": .integer(0)] },
        Bad("negative timeout", .invalidField) { $0.headers = ["job-timeout-ms": .integer(.min)] },
        Bad("timestamp in milliseconds", .invalidField) { $0.timestamp = 1_800_000_000_000 },
        Bad("timestamp beyond all time", .invalidField) { $0.timestamp = .max },
        Bad("bad queue", .invalidField) { $0.queue = "Mail" },
        Bad("body that was left out", .tooLarge) { $0.bodySize = 5_000_000 },
        Bad("large arguments", .tooLarge, #"{"a": "\#(String(repeating: "x", count: 1_048_576))"}"#),
        Bad("no body", .invalidJSON, ""),
        Bad("half a body", .invalidJSON, #"{"a": "#),
        Bad("two bodies", .invalidJSON, "{} {}"),
        Bad("invalid UTF-8", .invalidJSON, #"{"a":1}"#) { $0.body[2] = 0xFF },
        Bad("an array", .notAnObject, "[1]"),
        Bad("a number", .notAnObject, "17"),
        Bad("U+0000", .unstorableText, #"{"a": "\u0000"}"#),
        Bad("U+0000 in a key", .unstorableText, #"{"a\u0000": 1}"#),
        Bad("half a pair", .invalidJSON, #"{"a": "\ud800"}"#),
        Bad("a pair turned round", .invalidJSON, #"{"a": "\udc00\ud800"}"#),
        Bad("too deep", .tooLarge, String(repeating: "[", count: 100_000)),
        Bad("too deep in an object", .tooLarge, #"{"a":"# + String(repeating: #"{"a":"#, count: 300)),
        Bad("a large number", .tooLarge, #"{"a": 1e99999999999999999999}"#),
        Bad("a long number", .tooLarge, #"{"a": \#(String(repeating: "9", count: 6_000))}"#),
        event("[]", .notAnObject),
        event("{}", .missingField),
        event(#"{"specversion": "0.3", "type": "a", "source": "s", "id": "1"}"#, .unsupported),
        event(#"{"specversion": "1.0", "type": "a", "source": "s"}"#, .missingField),
        event(#"{"specversion": "1.0", "type": "a", "id": "1"}"#, .missingField),
        event(#"{"specversion": "1.0", "type": 1, "source": "s", "id": "1"}"#, .invalidField),
        event(#"{"specversion": "1.0", "type": "a", "source": "s", "id": "1", "data": [1]}"#, .notAnObject),
        event(#"{"specversion": "1.0", "type": "a", "source": "s", "id": "1", "data_base64": ""}"#, .unsupported),
        event(#"{"specversion": "1.0", "type": "a", "source": "s", "id": "1", "time": "now"}"#, .invalidField),
    ]

    @Test(arguments: bad)
    func whatIsNoJobIsRejected(_ bad: Bad) {
        let reject = #expect(throws: SubmissionReject.self) { try Self.parse(bad.message) }
        #expect(reject?.code == bad.code, "\(String(describing: reject))")
        #expect(reject.map { !$0.reason.isEmpty && $0.reason.utf8.count <= 1_000 } == true)
    }

    @Test func anAccountCanBeRequired() throws {
        let parser = SubmissionParser(requiresUser: true)
        let reject = #expect(throws: SubmissionReject.self) { try Self.parse(Self.message(), parser) }
        #expect(reject?.code == .missingUser)
        #expect(try Self.parse(Self.message { $0.userID = "shop" }, parser).source == "shop")
    }

    // MARK: Anything

    /// Whatever comes is a job or a reject, and a reject can be kept and read back.
    @Test(arguments: Seeds.many)
    func anythingIsAJobOrAReject(_ seed: UInt64) throws {
        var fuzzer = SubmissionFuzzer(seed: seed)
        for _ in 0..<300 {
            let message = fuzzer.message()
            do throws(SubmissionReject) {
                let submission = try Self.parse(message)
                #expect(Self.isObject(submission.job.arguments.text), "\(submission.job.arguments.text)")
                #expect(submission.messageID.utf8.count <= 128 && !submission.job.name.isEmpty)
            } catch {
                let kept = RejectedSubmission(id: submission(1), at: Self.now, reject: error, message: message)
                #expect(!kept.reject.reason.isEmpty)
                #expect(!kept.message.properties.text.contains(#"\u0000"#))
                var read = kept.message
                read.setProperties(kept.message.properties)
                #expect(read.userID == kept.message.userID && read.headers.count == kept.message.headers.count)
            }
        }
    }

    /// Whether Foundation takes it for an object, too, but for numbers that are too large for it; PostgreSQL keeps those.
    private static func isObject(_ text: String) -> Bool {
        [text, text.replacing(/[eE]\+?[0-9]{3,}/, with: "")].contains { text in
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [String: Any]
        }
    }

    private func submission(_ number: UInt64) -> JobID { JobID(uuidv7: number, random: (1, 2)) }

    @Test func hashesAreThoseOfTheStandard() {
        func hex(_ text: String) -> String {
            SHA1.hash(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        )
        #expect(hex(String(repeating: "a", count: 1_000)) == "291e9a6c66994949b57ba5e650361e98fc36b1ba")
    }
}
