/// Who may end a run before its time, as the run sees it.
package protocol RunControl: Sendable {
    /// Whether the run is unwanted, so that whatever its function throws is no failure of the job.
    var isCancelled: Bool { get }

    /// Whether that is because no lease protects the run any more.
    var isLeaseOver: Bool { get }

    /// Whether the run's time was up before it ended.
    var hasTimedOut: Bool { get }

    /// The run's time is up: notes it and cancels the function's task, unless the run has ended or is unwanted.
    func timeOut()

    /// Takes word of how far the run has come; it must not block.
    ///
    /// - Parameter progress: How far.
    func report(_ progress: JobProgress)
}

extension RunControl {
    package var isLeaseOver: Bool { false }
}
