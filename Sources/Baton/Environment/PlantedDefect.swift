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
    /// A refused claim or end is acknowledged, whatever the reason of the refusal.
    ///
    /// Of an end alone it would do no harm here: a row that returns to its queue has another generation than the run.
    case acknowledgesUnclassified
    /// The rows of a dead publisher are looked for once, and those that are committed later never.
    case scansDeadSessionsOnce
    /// Rows that nobody answers for are published under the marks that they have.
    case movesNoMarks
    /// After an insert whose outcome is unknown it is looked once whether its rows are there; if not, it passes for rolled
    /// back.
    case looksForUnknownOnce
    /// Owner and attempt are the fence, and a job that is put back has its attempt returned.
    case fencesByOwnerAndAttempt
    /// A probe that comes back is believed although a consumer ended, connected again or gave messages back meanwhile.
    case trustsProbeAcrossReconnect
    /// A round of probing that is void passes for a loss at once.
    case suspectsAtOnce
    /// A consumer passes a round of probing without a round trip: what is on the wire to it is overlooked.
    case skipsCatchUp
    /// A consumer passes a round of probing although deliveries wait that it has not taken up.
    case passesWhileHolding
    /// Lost messages are published again under a new generation.
    case republishesUnderNewGeneration
    /// A queue that was found missing is not looked for again once the watermarks are stored.
    case looksOnceForMissingQueue
    /// A recurring entry goes on whatever it was planned from, and its occurrences are not compared with those decided before.
    case advancesBlindly
    /// Jobs of a paused queue are started as ever.
    case heedsNoPauses
}
