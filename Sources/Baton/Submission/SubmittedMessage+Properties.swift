#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SubmittedMessage {
    private struct Properties: Codable {
        var contentType: String?
        var contentEncoding: String?
        var userID: String?
        var appID: String?
        var correlationID: String?
        var replyTo: String?
        var timestamp: UInt64?
        var priority: UInt8?
        var expiration: String?
        var headers: [String: Header]?

        enum CodingKeys: String, CodingKey {
            case contentType = "content_type"
            case contentEncoding = "content_encoding"
            case userID = "user_id"
            case appID = "app_id"
            case correlationID = "correlation_id"
            case replyTo = "reply_to"
            case timestamp, priority, expiration, headers
        }
    }

    /// A header as plain JSON: what cannot be read is null.
    private struct Header: Codable {
        var value: SubmittedValue

        init(_ value: SubmittedValue) {
            self.value = value
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = .bool(flag)
            } else if let number = try? container.decode(Int64.self) {
                value = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                value = .number(number)
            } else {
                value = (try? container.decode(String.self)).map { .text($0) } ?? .none
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .bool(let flag): try container.encode(flag)
            case .integer(let number): try container.encode(number)
            case .number(let number) where number.isFinite: try container.encode(number)
            case .number(let number): try container.encode("\(number)")
            case .text(let text): try container.encode(text)
            case .time(let seconds):
                let date = Date(timeIntervalSince1970: Double(seconds))
                try container.encode(RFC3339.text(date) ?? "\(seconds)")
            case .none, .unreadable: try container.encodeNil()
            }
        }
    }

    /// All properties but type and message id, as a JSON object.
    package var properties: JSONText {
        let properties = Properties(
            contentType: contentType,
            contentEncoding: contentEncoding,
            userID: userID,
            appID: appID,
            correlationID: correlationID,
            replyTo: replyTo,
            timestamp: timestamp,
            priority: priority,
            expiration: expiration,
            headers: headers.isEmpty ? nil : headers.mapValues(Header.init)
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(properties) else { return .emptyObject }
        return JSONText(String(decoding: json, as: UTF8.self))
    }

    /// Takes properties over as they were kept; what cannot be read is left out.
    ///
    /// - Parameter json: A JSON object.
    package mutating func setProperties(_ json: JSONText) {
        guard let properties = try? JSONDecoder().decode(Properties.self, from: Data(json.text.utf8)) else { return }
        contentType = properties.contentType
        contentEncoding = properties.contentEncoding
        userID = properties.userID
        appID = properties.appID
        correlationID = properties.correlationID
        replyTo = properties.replyTo
        timestamp = properties.timestamp
        priority = properties.priority
        expiration = properties.expiration
        headers = (properties.headers ?? [:]).mapValues(\.value)
    }
}
