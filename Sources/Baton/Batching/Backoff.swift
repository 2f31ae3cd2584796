/// Growing, jittered waits between tries of the same thing.
struct Backoff: Sendable {
    private let base: Duration
    private let limit: Duration
    private var failures = 0

    /// Creates a back-off.
    ///
    /// - Parameters:
    ///   - base: The first wait, before jitter.
    ///   - limit: The longest wait, before jitter.
    init(base: Duration = .milliseconds(50), limit: Duration = .seconds(2)) {
        self.base = base
        self.limit = limit
    }

    /// The next wait: doubled each time up to the limit, then a random half of it taken off, so that many do not come
    /// back at once.
    ///
    /// - Parameter random: Randomness.
    /// - Returns: How long to wait.
    mutating func next(_ random: any RandomSource) -> Duration {
        let full = min(limit, base * (1 << min(failures, 16)))
        failures += 1
        return full * (0.5 + 0.5 * random.fraction())
    }
}
