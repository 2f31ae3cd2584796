/// Hears of what ``JobCounter`` counts on a server: repairs by reason, refused ends, doubled deliveries.
public protocol JobCounterObserver: JobFiltering {
    /// Something was counted.
    ///
    /// It is called before the counts are stored, which may fail, and must not block.
    ///
    /// - Parameter counts: By how much each counter grows; more than zero.
    func didCount(_ counts: [JobCounter: Int])
}
