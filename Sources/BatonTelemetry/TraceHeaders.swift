import Baton
import Tracing

/// The headers of W3C's Trace Context, for instruments to write and to read.
struct TraceHeaders: Injector, Extractor {
    private static let parent = "traceparent"
    private static let state = "tracestate"

    private var values: [String: String] = [:]

    /// No headers.
    init() {}

    /// The headers of a context.
    ///
    /// - Parameter context: The context.
    init(_ context: TraceContext) {
        values[Self.parent] = context.traceparent
        values[Self.state] = context.tracestate
    }

    /// The context that was written, if one was.
    var context: TraceContext? {
        values[Self.parent].flatMap { TraceContext(traceparent: $0, tracestate: values[Self.state]) }
    }

    func inject(_ value: String, forKey key: String, into headers: inout TraceHeaders) {
        headers.values[key.lowercased()] = value
    }

    func extract(key: String, from headers: TraceHeaders) -> String? {
        headers.values[key.lowercased()]
    }
}
