/// Why a repair moved a row, as its history says it.
enum RepairReason {
    /// A living server owned the row and did not run it.
    static let unheld = "unheld"
    /// The server that ran it was certified dead, or has no row.
    static let orphan = "orphan"
    /// Nobody answered for its publish.
    static let unpublished = "unpublished"
}
