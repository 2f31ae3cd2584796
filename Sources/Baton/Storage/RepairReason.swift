/// Why a repair moved a row, as its history says it.
package enum RepairReason {
    /// A living server owned the row and did not run it.
    package static let unheld = "unheld"
    /// The server that ran it was certified dead, or has no row.
    package static let orphan = "orphan"
    /// Nobody answered for its publish.
    package static let unpublished = "unpublished"
    /// The broker lost its message: a later probe came through, or the queue was gone.
    package static let lost = "lost"
}
