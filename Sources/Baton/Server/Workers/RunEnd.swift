/// What the run of a job's function came to.
package struct RunEnd: Sendable {
    /// The end, to be stored.
    package let completion: Completion
    /// What was thrown, as it was; the completion keeps a description of it.
    package let error: (any Error)?
}
