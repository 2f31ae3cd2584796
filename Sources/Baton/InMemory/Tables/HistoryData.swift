#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What belongs to an entry of a job's history, as JSON in the form in which PostgreSQL shows it.
struct HistoryData {
    private var members: [(key: String, value: String)] = []

    init() {}

    init(dueAt: Date) {
        add(dueAt: dueAt)
    }

    /// What belongs to a new job; `nil` when nothing does.
    init?(dueAt: Date?, _ notes: EnqueueNotes) {
        members = notes.members
        if let dueAt { add(dueAt: dueAt) }
        if members.isEmpty { return nil }
    }

    /// Adds text under a key, where there is some.
    mutating func add(_ key: String, _ value: String?) {
        if let value { members.append((key, Self.quoted(value))) }
    }

    /// Adds JSON under a key.
    mutating func add(_ key: String, json: JSONText) {
        members.append((key, json.text))
    }

    init(_ progress: JobProgress) {
        let isWhole = progress.fraction == progress.fraction.rounded()
        members.append(("progress", isWhole ? "\(Int(progress.fraction))" : "\(progress.fraction)"))
        if let message = progress.message { members.append(("progress_message", Self.quoted(message))) }
    }

    init(failure: JobFailure) {
        add(failure)
    }

    init(durationOf completion: Completion) {
        members.append(("duration_ms", Self.milliseconds(completion.duration)))
        members.append(("latency_ms", Self.milliseconds(completion.latency)))
    }

    mutating func add(dueAt: Date) {
        members.append(("scheduled_at", RFC3339.text(dueAt).map(Self.quoted) ?? "null"))
    }

    mutating func add(_ failure: JobFailure) {
        members.append(("error_type", Self.quoted(failure.type)))
        members.append(("error_message", Self.quoted(failure.message)))
        if let details = failure.details { members.append(("error_details", Self.quoted(details))) }
    }

    /// Shorter keys come first.
    var text: JSONText {
        let sorted = members.sorted { left, right in
            let (shorter, longer) = (left.key.utf8.count, right.key.utf8.count)
            return shorter == longer ? left.key < right.key : shorter < longer
        }
        return JSONText("{" + sorted.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let microseconds = duration.microseconds
        let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        var fraction = rest == 0 ? "" : "." + String(String(rest + 1000).dropFirst())
        while fraction.last == "0" { fraction.removeLast() }
        return (microseconds < 0 ? "-" : "") + String(whole) + fraction
    }

    /// Text as JSON.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
