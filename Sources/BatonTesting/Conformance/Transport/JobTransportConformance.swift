/// What every `JobTransport` must do, rule by rule.
///
/// A message is only a wake-up: lost, doubled or late, it must be harmless (PROTOCOL.md). So little is asked of a transport,
/// but that little carries the rest: a confirm that is true, and an acknowledgement that is the consumer's own.
///
/// The trials use the queues `first`, `second` and `last` of the subject's broker.
public enum JobTransportConformance {
    /// A rule of this suite.
    public typealias Rule = ConformanceRule<JobTransportSubject>

    /// The rules for every transport.
    public static let rules: [Rule] =
        publishing + delivering + settling + bundling + prioritizing + telling + probing + catchingUp + asking + pausing

    /// The rules for a transport by which servers see each other (PROTOCOL section 3, early certificates).
    public static let presenceRules: [Rule] = seeing

    /// The rules for a transport whose consumers lose their connections and get them back.
    public static let reconnectRules: [Rule] = reconnecting + [askingAgain, pausingAgain]

    /// The rules for a transport whose broker can lose a queue (PROTOCOL section 4, "queue gone").
    public static let watchRules: [Rule] = watching
}
