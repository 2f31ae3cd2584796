#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SubmissionParser {
    // MARK: Bodies

    func isEvent(_ message: SubmittedMessage) throws(SubmissionReject) -> Bool {
        let encoding = message.contentEncoding?.lowercased() ?? ""
        guard ["", "utf-8", "utf8", "identity"].contains(encoding) else {
            throw SubmissionReject(
                .unsupportedEncoding,
                "The content_encoding “\(encoding.prefix(40))” is not known; send plain UTF-8."
            )
        }
        let type = message.contentType?.prefix { $0 != ";" }.lowercased() ?? ""
        switch type.filter({ $0 != " " }) {
        case "", "application/json": return false
        case "application/cloudevents+json": return true
        default:
            throw SubmissionReject(
                .unsupportedContentType,
                """
                The content_type is “\(type.prefix(60))”; known are application/json and application/cloudevents+json.
                """
            )
        }
    }

    func plain(_ message: SubmittedMessage) throws(SubmissionReject) -> Words {
        guard let name = message.type, !name.isEmpty else {
            throw SubmissionReject(.missingField, "The property type is missing: it is the job's name.")
        }
        let id = try Self.messageID(message.messageID, "The property message_id")
        let source = try Self.identity(message)
        _ = try JSONObject(message.body)
        return Words(
            source: source,
            messageID: id,
            name: name,
            arguments: JSONText(String(decoding: message.body, as: UTF8.self)),
            sentAt: message.timestamp.map { Date(timeIntervalSince1970: Double($0)) },
            traceparent: message.headers["traceparent"]?.asText,
            tracestate: message.headers["tracestate"]?.asText
        )
    }

    /// A structured CloudEvent: its source and id together say which event it is.
    func event(_ message: SubmittedMessage) throws(SubmissionReject) -> Words {
        let event = try JSONObject(message.body)
        func required(_ key: String) throws(SubmissionReject) -> String {
            guard event[key] != nil else {
                throw SubmissionReject(.missingField, "The CloudEvent has no “\(key)”.")
            }
            guard let text = event.string(key), !text.isEmpty else {
                throw SubmissionReject(.invalidField, "“\(key)” of the CloudEvent must be text.")
            }
            return text
        }
        guard try required("specversion").hasPrefix("1.") else {
            throw SubmissionReject(.unsupported, "The CloudEvent's specversion must be 1.0.")
        }
        guard event["data_base64"] == nil else {
            throw SubmissionReject(.unsupported, "The CloudEvent must carry JSON in “data”, not data_base64.")
        }
        if let type = event.string("datacontenttype")?.lowercased(), !type.hasPrefix("application/json") {
            throw SubmissionReject(.unsupportedContentType, "The CloudEvent's data must be application/json.")
        }
        let eventSource = try required("source")
        guard eventSource.utf8.count <= 512 else {
            throw SubmissionReject(.invalidField, "“source” of the CloudEvent takes at most 512 bytes of UTF-8.")
        }
        let data = event["data"].map(Array.init) ?? Array("{}".utf8)
        guard data.first == UInt8(ascii: "{") else {
            throw SubmissionReject(.notAnObject, "“data” of the CloudEvent must be an object: the job's arguments.")
        }
        let time = try event.string("time").map { text throws(SubmissionReject) in
            guard let date = RFC3339.date(text) else {
                throw SubmissionReject(.invalidField, "“time” of the CloudEvent is no RFC 3339 date.")
            }
            return date
        }
        return Words(
            source: "\(try Self.identity(message)) \(eventSource)",
            messageID: try Self.messageID(try required("id"), "“id” of the CloudEvent"),
            name: try required("type"),
            arguments: JSONText(String(decoding: data, as: UTF8.self)),
            sentAt: time ?? message.timestamp.map { Date(timeIntervalSince1970: Double($0)) },
            traceparent: event.string("traceparent") ?? message.headers["traceparent"]?.asText,
            tracestate: event.string("tracestate") ?? message.headers["tracestate"]?.asText,
            eventSource: eventSource
        )
    }
}
