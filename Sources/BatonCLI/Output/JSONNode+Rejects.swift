import Baton
import Foundation

extension JSONNode {
    /// A reject; a body that is no text is base64.
    init(_ reject: RejectedSubmission, withBody: Bool = false) {
        let message = reject.message
        var members: [(key: String, value: JSONNode)] = [
            ("id", .string("\(reject.id)")), ("at", .date(reject.at)),
            ("code", .string(reject.reject.code.description)), ("reason", .string(reject.reject.reason)),
            ("producer", .string(message.producer)), ("queue", .string(message.queue)),
            ("exchange", .string(message.exchange)), ("routing_key", .string(message.routingKey)),
            ("type", .optional(message.type)), ("message_id", .optional(message.messageID)),
            ("body_size", .number(message.bodySize)), ("job_id", .optional(reject.jobID?.description)),
        ]
        if withBody {
            members.append(("properties", .stored(message.properties)))
            let text = String(validating: message.body, as: UTF8.self)
            members.append(("body", .optional(text)))
            if text == nil {
                members.append(("body_base64", .string(Data(message.body).base64EncodedString())))
            }
        }
        self = .map(members)
    }
}
