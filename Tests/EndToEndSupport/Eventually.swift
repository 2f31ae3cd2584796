/// Waits until something is observed to be so.
///
/// - Parameters:
///   - what: What is waited for, for the report.
///   - patience: How long before the test is taken to hang; no measure of speed.
///   - condition: Whether it is so.
/// - Throws: ``LabError`` when it never is, or what the condition throws.
package func eventually(
    _ what: @autoclosure () -> String,
    within patience: Duration = .seconds(300),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + patience
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw LabError("This did not happen within \(patience): \(what())")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
