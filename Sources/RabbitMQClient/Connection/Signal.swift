import PollExecutor

/// A bell with one listener.
///
/// Rung while nobody listens, it is heard by the next to listen.
///
/// Belongs to one actor, as everything non-Sendable.
final class Signal {
    private var isRung = false
    private var listener: CheckedContinuation<Void, Never>?

    func ring() {
        if let listener = self.listener.take() {
            listener.resume()
        } else {
            self.isRung = true
        }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            // Looked at within the closure: it may be rung until then.
            if self.isRung {
                self.isRung = false
                continuation.resume()
            } else {
                self.listener = continuation
            }
        }
    }

    /// Waits for the time to pass, or for the bell to ring from now on: earlier rings are forgotten, or a pause after a
    /// failure would be cut short by the bell that told of it.
    func pause(_ limit: Duration, on executor: PollExecutor) async {
        self.isRung = false
        let timer = executor.schedule(after: limit) { [weak self] in self?.ring() }
        await self.wait()
        executor.cancel(timer)
    }
}
