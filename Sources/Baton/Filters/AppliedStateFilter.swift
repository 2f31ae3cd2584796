/// Hears of the state that a run's end has put its job in, once that is stored.
///
/// Of every end that a server has stored, in the order in which they were; an end that storage has refused, since the job was
/// taken away, is not heard of. A process that dies tells nobody of its last ones: what must not be missed belongs into a job,
/// or is read from the history. There is no word of moves that other than runs make, by a scheduler, a reconciler or by hand.
public protocol AppliedStateFilter: JobFiltering {
    /// A state is stored.
    ///
    /// The server goes on meanwhile, and tells of one state at a time: a filter that takes long hears of the others late. While
    /// the server stops, the task that this is called in is cancelled.
    ///
    /// - Parameter applied: The state, and the run that led to it.
    func didApply(_ applied: AppliedState) async
}
