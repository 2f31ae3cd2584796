#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension RetryOptions {
    /// The options as they are stored.
    struct Stored: Decodable {
        struct Delays: Decodable {
            var kind: String
            var seconds: [Double]?
            var factor: Double?
            var jitter: Double?
            var initial: Double?
            var maximum: Double?
        }

        var delays: Delays?
        var exhausted: String?
    }

    /// The options as they are stored: times in seconds, in the form in which PostgreSQL shows JSON.
    ///
    /// `{"delays": {"kind": "fixed", "seconds": [5, 60]}, "exhausted": "delete"}`
    package var json: JSONText {
        var members: [String] = []
        if let delays { members.append("\"delays\": \(Self.json(delays.form))") }
        if let whenExhausted { members.append("\"exhausted\": \"\(whenExhausted.rawValue)\"") }
        return JSONText("{\(members.joined(separator: ", "))}")
    }

    /// Reads what is stored; what a later version has written is not said, nor what no version would have stored.
    ///
    /// - Parameter json: The stored options.
    package init(json: JSONText) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(json.text.utf8)) else {
            self.init()
            return
        }
        self.init(stored)
    }

    /// Takes over what is stored.
    ///
    /// - Parameter stored: The stored options.
    init(_ stored: Stored) {
        self.init(
            delays: stored.delays.flatMap(Self.validDelays),
            whenExhausted: stored.exhausted.flatMap(ExhaustedAction.init)
        )
    }

    private static func json(_ form: RetryDelays.Form) -> String {
        switch form {
        case .hangfire: #"{"kind": "hangfire"}"#
        case .fixed(let delays):
            #"{"kind": "fixed", "seconds": ["# + delays.map(seconds).joined(separator: ", ") + "]}"
        case .exponential(let initial, let factor, let maximum, let jitter):
            #"{"kind": "exponential", "factor": \#(factor), "jitter": \#(jitter), "initial": \#(seconds(initial)), "#
                + #""maximum": \#(seconds(maximum))}"#
        }
    }

    private static func validDelays(_ stored: Stored.Delays) -> RetryDelays? {
        guard let delays = delays(stored), (try? delays.validate()) != nil else { return nil }
        return delays
    }

    private static func delays(_ stored: Stored.Delays) -> RetryDelays? {
        switch stored.kind {
        case "hangfire": return .hangfire
        case "fixed": return stored.seconds.map { .fixed($0.map(duration)) }
        case "exponential":
            guard let initial = stored.initial, let factor = stored.factor, let maximum = stored.maximum else {
                return nil
            }
            return .exponential(
                initial: duration(initial),
                factor: factor,
                maximum: duration(maximum),
                jitter: stored.jitter ?? 0
            )
        default: return nil
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let (whole, rest) = duration.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        var fraction = rest == 0 ? "" : "." + String(String(rest + 1_000_000).dropFirst())
        while fraction.last == "0" { fraction.removeLast() }
        return String(whole) + fraction
    }

    /// To the microsecond, as they were stored.
    private static func duration(_ seconds: Double) -> Duration {
        let longest = RetryDelays.longest / .seconds(1)
        return .microseconds(Int64((min(max(seconds, 0), longest) * 1_000_000).rounded()))
    }
}
