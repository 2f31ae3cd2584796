/// A gate that is closed until it is opened, or who waits for it is cancelled.
final class TrialGate: Sendable {
    private let (stream, opening) = AsyncStream<Never>.makeStream()

    func pass() async {
        for await _ in stream {}
    }

    func open() {
        opening.finish()
    }
}
