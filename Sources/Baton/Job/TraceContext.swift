/// Where a job was enqueued, for tracing: what W3C's Trace Context sends along as two headers.
///
/// It is stored with the job, so that a job that is requeued, or whose message was lost, still knows.
public struct TraceContext: Sendable, Hashable {
    /// The longest `tracestate` that is kept, in bytes; W3C asks for at least so much.
    public static let longestState = 512

    /// Trace, span and flags: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    public let traceparent: String
    /// What vendors add; `nil` for nothing.
    public let tracestate: String?

    /// Takes headers.
    ///
    /// - Parameters:
    ///   - traceparent: The header `traceparent`; where it has another form than W3C's there is no context.
    ///   - tracestate: The header `tracestate`; one that is too long, or holds other than printable ASCII, is left out.
    public init?(traceparent: String, tracestate: String? = nil) {
        guard Self.isParent(traceparent) else { return nil }
        self.traceparent = traceparent
        self.tracestate = tracestate.flatMap { state in
            let isKept =
                !state.isEmpty && state.utf8.count <= Self.longestState
                && state.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            return isKept ? state : nil
        }
    }

    /// Four parts of lower-case hexadecimal digits; a later version of the header may have more.
    private static func isParent(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 128, parts.count >= 4, zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 }) else {
            return false
        }
        return parts.joined().allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}
