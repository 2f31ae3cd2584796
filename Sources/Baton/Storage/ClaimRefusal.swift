/// Why a compare-and-set on a job's row found no match (PROTOCOL section 2, moves 2 and 3).
public enum ClaimRefusal: Sendable, Hashable {
    /// The row is still enqueued at this generation: ask again, never acknowledge.
    case stillEnqueued
    /// The asking server owns it already, by a claim whose answer was lost or which still runs.
    case mine(ClaimedJob)
    /// Another server owns it; the certificate says whether that one is dead.
    case owned(by: ServerEpoch, isDead: Bool)
    /// The job moved on: a newer generation, scheduled again, failed, or final.
    case superseded
    /// No row, history included.
    case missing
    /// The asking server's own epoch is certified dead: take a new one and ask again.
    case ownEpochIsDead
}
