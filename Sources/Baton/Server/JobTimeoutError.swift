/// Thrown in place of a job's result when its time is up.
public struct JobTimeoutError: Error, CustomStringConvertible {
    /// How long the job was allowed to take.
    public let timeout: Duration

    /// What a person reads in the job's history.
    public var description: String {
        "The job did not end within \(timeout)."
    }
}
