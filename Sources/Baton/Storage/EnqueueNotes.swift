#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What an enqueue says of a job beyond its columns, kept in the first entry of the history: a column of each would be
/// empty in most rows.
package struct EnqueueNotes: Sendable, Hashable {
    /// What it says of retries.
    package var retry: RetryOptions?
    /// Where it was made.
    package var trace: TraceContext?

    /// Creates notes.
    ///
    /// - Parameters:
    ///   - retry: What is said of retries, or `nil`.
    ///   - trace: Where it was made, or `nil`.
    package init(retry: RetryOptions? = nil, trace: TraceContext? = nil) {
        self.retry = retry
        self.trace = trace
    }

    /// Reads what belongs to a history's first entry; what else is there is passed over.
    ///
    /// - Parameter json: What belongs to the entry.
    package init(json: JSONText) {
        // As it stands with every scheduled job of which nothing is said.
        guard json.text != "{}", let stored = try? JSONDecoder().decode(Stored.self, from: Data(json.text.utf8)) else {
            return
        }
        retry = stored.retry.map(RetryOptions.init)
        trace = stored.traceparent.flatMap { TraceContext(traceparent: $0, tracestate: stored.tracestate) }
    }

    /// The notes as members of that entry; `nil` when nothing is said.
    package var json: JSONText? {
        let members = members
        return members.isEmpty ? nil : JSONText("{\(members.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}")
    }

    /// Keys, and values as JSON.
    var members: [(key: String, value: String)] {
        var members: [(key: String, value: String)] = []
        if let retry { members.append(("retry", retry.json.text)) }
        if let trace {
            members.append(("traceparent", HistoryData.quoted(trace.traceparent)))
            if let state = trace.tracestate { members.append(("tracestate", HistoryData.quoted(state))) }
        }
        return members
    }

    private struct Stored: Decodable {
        var retry: RetryOptions.Stored?
        var traceparent: String?
        var tracestate: String?
    }
}
