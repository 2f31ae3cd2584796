import Baton

/// What the demonstration did, to judge the rows by.
struct DemoCourse: Sendable {
    /// The file of each job that was enqueued.
    let paths: [JobID: String]
    /// The jobs that were enqueued one by one.
    let paced: [JobID]
    /// The worker that was killed.
    let killed: Int64
}
