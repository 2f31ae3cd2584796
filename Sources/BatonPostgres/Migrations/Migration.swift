/// One step from a version of the schema to the next.
struct Migration: Sendable {
    /// The version that the step leads to.
    let version: Int
    /// The step's SQL for a namespace: several commands, run in one transaction.
    let sql: @Sendable (Schema) -> String

    /// Every step, in order.
    ///
    /// A released step never changes.
    static let all: [Migration] = [
        .first, .takeover, .takeoverOffers, .waiting, .probes, .recurring, .probeAge, .pace, .door, .submissions,
        .retention, .pauses, .priorities,
    ]

    /// The version that this code works with.
    static let currentVersion = all.map(\.version).max() ?? 0

    /// The SQLSTATE of a schema that is newer than this code.
    static let newerSchemaState = "BTN01"
}
