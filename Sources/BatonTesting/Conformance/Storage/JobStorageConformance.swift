/// What every `JobStorage` must do, rule by rule.
///
/// The rules restate PROTOCOL.md sections 1 to 5 as a caller can observe them. They do not replace it: what only shows when a
/// process dies between two instructions is left to a simulation and to faults on real servers.
public enum JobStorageConformance {
    /// A rule of this suite.
    public typealias Rule = ConformanceRule<JobStorageSubject>

    /// The rules for every storage.
    public static let rules: [Rule] =
        inserting + starting + deleting + requeueing + rescheduling + claiming + refusing + completing + deciding
        + reporting + scheduling
        + publishing + adopting
        + living
        + repairing
        + certifying + racing + waiting + prioritizing + probing + concluding + suspecting + losing + recurring + firing
        + keeping
        + submitting + submittingOne + rejecting
        + retaining + pausing

    /// The rules for a storage that also writes certificates before a lease is over (PROTOCOL section 3).
    public static let takeoverRules: [Rule] = takingOver

    /// The rules for a storage that is a `JobMonitor` as well.
    public static let monitorRules: [Rule] = monitoring + counting + pausingShown
}
