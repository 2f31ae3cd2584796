/// Jobs that somebody else than the client stores.
package struct UnstoredJobs: Sendable {
    /// The jobs.
    package let jobs: [NewJob]
    /// Who hears of them once they are stored.
    let filters: [any JobCreationFilter]
}
