#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SubmissionParser {
    // MARK: Fields

    static func messageID(_ id: String?, _ what: String) throws(SubmissionReject) -> String {
        guard let id, !id.isEmpty else {
            throw SubmissionReject(
                .missingField,
                "\(what) is missing: it tells a message that was sent again from a new one."
            )
        }
        guard id.utf8.count <= maximumMessageIDBytes else {
            throw SubmissionReject(
                .invalidField,
                "\(what) takes at most \(maximumMessageIDBytes) bytes of UTF-8, not \(id.utf8.count)."
            )
        }
        return try storable(id, what)
    }

    static func identity(_ message: SubmittedMessage) throws(SubmissionReject) -> String {
        try storable(message.producer, "The name of the producer")
    }

    static func storable(_ text: String, _ what: String) throws(SubmissionReject) -> String {
        guard !text.utf8.contains(0) else {
            throw SubmissionReject(
                .unstorableText,
                "\(what) holds the character U+0000, which PostgreSQL cannot store."
            )
        }
        return text
    }

    func checkHeaders(_ headers: [String: SubmittedValue]) throws(SubmissionReject) {
        var size = 0
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) where !Self.brokersHeaders.contains(name) {
            size += name.utf8.count + value.size
            if value == .unreadable {
                throw SubmissionReject(
                    .invalidField,
                    "The header “\(name.prefix(60))” is none of text, number and truth value; tables and lists are not taken."
                )
            }
            if name.hasPrefix("job-"), !Self.knownHeaders.contains(name) {
                throw SubmissionReject(.unknownHeader, "There is no header “\(name.prefix(60))”.")
            }
        }
        guard size <= Self.maximumHeaderBytes else {
            throw SubmissionReject(
                .headersTooLarge,
                "The headers take \(size) bytes; at most \(Self.maximumHeaderBytes) are allowed."
            )
        }
    }

    static let knownHeaders: Set<String> = [
        "job-run-at", "job-max-attempts", "job-timeout-ms", "job-unique-key", "job-expires-at",
    ]

    static func wholeNumber(
        _ headers: [String: SubmittedValue],
        _ name: String
    ) throws(SubmissionReject) -> Int64? {
        guard let value = headers[name], value != .none else { return nil }
        let number = value.wholeNumber ?? value.asText.flatMap { Int64($0) }
        guard let number else {
            throw SubmissionReject(.invalidField, "The header \(name) must be a whole number.")
        }
        return number
    }

    static func date(
        _ headers: [String: SubmittedValue],
        _ name: String,
        at now: Date
    ) throws(SubmissionReject) -> Date? {
        guard let value = headers[name], value != .none else { return nil }
        let date: Date? =
            switch value {
            case .text(let text):
                RFC3339.date(text) ?? Int64(text).map { Date(timeIntervalSince1970: Double($0) / 1000) }
            case .time(let seconds): Date(timeIntervalSince1970: Double(seconds))
            default: value.wholeNumber.map { Date(timeIntervalSince1970: Double($0) / 1000) }
            }
        guard let date else {
            throw SubmissionReject(
                .invalidField,
                "The header \(name) must be an RFC 3339 date such as 2026-03-01T09:30:00Z, or milliseconds since 1970."
            )
        }
        guard date.timeIntervalSince(now).magnitude <= JobClient.furthestDate else {
            throw SubmissionReject(.invalidField, "The header \(name) says a date that is more than 8,000 years away.")
        }
        return date
    }

    // MARK: Origin

    static func origin(_ message: SubmittedMessage, _ words: Words) -> JSONText {
        var data = HistoryData()
        data.add("source", words.source)
        data.add("message_id", words.messageID)
        data.add("correlation_id", message.correlationID?.storable(bytes: 255))
        data.add("app_id", message.appID?.storable(bytes: 255))
        data.add("reply_to", message.replyTo?.storable(bytes: 255))
        data.add("event_source", words.eventSource)
        data.add("sent_at", words.sentAt.flatMap(RFC3339.text))
        return data.text
    }
}
