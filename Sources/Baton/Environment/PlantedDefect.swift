/// A design that is known to be wrong (PROTOCOL section 6), which a simulation can plant to show that it would be found.
package enum PlantedDefect: String, Sendable, Hashable, CaseIterable {
    /// Deliveries are acknowledged before storage has answered for their jobs.
    case acknowledgesBeforeCommit
    /// A message of a job that the server owns, but does not run, is dropped, and no audit finds the row.
    case dropsOwnClaims
    /// Rows that a server owns, but does not run, are not looked for.
    case hasNoAudit
    /// Messages are published before their rows are committed.
    case publishesBeforeCommit
    /// An insert whose outcome is unknown is taken for rolled back.
    case takesUnknownForRolledBack
    /// A dead server's rows are looked for when it is certified, and never again.
    case reapsOnce
    /// A server without a storage session passes for dead, whatever the broker says.
    case trustsOneWitness
    /// An end is stored where the attempt matches, whoever made it.
    case fencesByAttempt
    /// Claims of servers that are certified dead are let through.
    case letsDeadClaim
    /// The watermark passes what is not confirmed.
    case watermarkPassesPending
    /// A server is certified dead because its lease was over a moment ago.
    case certifiesByStaleLease
    /// Marks that were given up stay on their rows, and no row of a living publisher is published by another.
    case helpsNobodyAlive
}
