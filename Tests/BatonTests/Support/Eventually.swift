import Testing

/// Waits until something holds that other tasks bring about.
///
/// The limit is a guard against hanging for ever, not a claim about speed. After a few quick looks it looks seldom, and
/// leaves the machine to those it waits for.
func eventually(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async -> Bool
) async throws {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(300)
    var looks = 0
    while !(await holds()) {
        guard clock.now < limit else {
            Issue.record("never came true: \(what)", sourceLocation: sourceLocation)
            throw NeverCameTrue()
        }
        looks += 1
        if looks < 50 {
            await Task.yield()
        } else {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}

struct NeverCameTrue: Error {}
