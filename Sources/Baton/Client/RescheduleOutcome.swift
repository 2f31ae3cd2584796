/// What became of a job that was to have another time.
public enum RescheduleOutcome: Sendable, Hashable {
    /// It waits for the new time.
    case rescheduled
    /// It stays as it was, as it does not wait for a time: its state.
    case refused(JobState)
    /// There is no such job.
    case missing
}
