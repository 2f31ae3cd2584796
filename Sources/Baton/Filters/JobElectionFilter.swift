/// Has its say in what a run comes to.
///
/// It is asked once a run has ended and its job's policy has spoken: for a success, and for whatever the job threw. It is not
/// asked where nothing is decided: a run that its server has cancelled is put back.
///
/// It decides at once: the run's time limit is over, its thread waits, and the task is cancelled where the run was.
public protocol JobElectionFilter: JobFiltering {
    /// Elects what a run comes to.
    ///
    /// What is thrown decides nothing: it is logged, and the outcome stays what it was before this filter.
    ///
    /// - Parameter election: The run, and its outcome as the policy and the filters before this one have it.
    /// - Throws: Any error.
    func elect(_ election: inout JobElection) async throws
}
