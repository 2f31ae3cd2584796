import Testing

/// Waits until something holds that other tasks bring about.
///
/// The limit is a guard against hanging for ever, not a claim about speed.
func eventually(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async -> Bool
) async throws {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(60)
    while !(await holds()) {
        guard clock.now < limit else {
            Issue.record("never came true: \(what)", sourceLocation: sourceLocation)
            throw NeverCameTrue()
        }
        await Task.yield()
    }
}

struct NeverCameTrue: Error {}
