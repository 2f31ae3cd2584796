/// How long reconcilers have looked.
struct ReconcilerWatch: Sendable {
    /// The look for disagreement, of which each pass has one.
    let surveys = CallTimes()
    /// The look for jobs that have waited for long.
    let looks = CallTimes()

    /// Forgets what was so far.
    func reset() {
        surveys.reset()
        looks.reset()
    }
}
