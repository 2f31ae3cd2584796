extension JobRegistry {
    /// Whether anybody is to hear of states that are applied.
    ///
    /// - Parameter filters: The filters of all jobs.
    /// - Returns: Whether there is a filter for them, of all jobs or of one.
    func tells(_ filters: JobFilters) -> Bool {
        !filters.appliedState.isEmpty || names.contains { self[$0]?.filters.appliedState.isEmpty == false }
    }

    /// Tells filters of a state that is applied.
    ///
    /// - Parameters:
    ///   - applied: The state.
    ///   - filters: The filters of all jobs; the job's own come after them.
    package func tell(of applied: AppliedState, _ filters: JobFilters) async {
        let own = self[applied.job.name]?.filters.appliedState ?? []
        for filter in filters.appliedState.followed(by: own) { await filter.didApply(applied) }
    }
}
