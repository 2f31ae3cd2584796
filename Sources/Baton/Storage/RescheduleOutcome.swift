/// What became of a job that was to have another time.
public enum RescheduleOutcome: Sendable, Hashable {
    /// It waits for the new time.
    case rescheduled
    /// It stays as it was, as it waits for no time, or is not as it was expected to be: its state.
    case refused(JobState)
    /// There is no such job.
    case missing
}
