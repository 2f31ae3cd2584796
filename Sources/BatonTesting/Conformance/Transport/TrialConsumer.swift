import Baton

/// A consumer in the hands of a trial: it remembers what arrived.
///
/// Like the consumer's own `next()`, it belongs to one task.
final class TrialConsumer {
    let consumer: any JobConsumer
    private(set) var deliveries: [Delivery] = []
    private(set) var words: [ControlMessage] = []
    private(set) var returns: [ProbeReturn] = []
    private(set) var caughtUp: [ProbeID] = []
    private(set) var connections = 0
    private let patience: Duration
    private let clock: any JobClock

    init(_ consumer: any JobConsumer, patience: Duration, clock: any JobClock) {
        self.consumer = consumer
        self.patience = patience
        self.clock = clock
    }

    /// The wake-ups that arrived.
    var messages: [DispatchMessage] { deliveries.map(\.message) }

    /// Waits until so many wake-ups have arrived, those from before included.
    func deliveries(_ count: Int) async throws -> [Delivery] {
        try await arrive("\(count) wake-ups") { $0.deliveries.count >= count }
        return deliveries
    }

    /// Waits until a wake-up has arrived.
    func delivery(of message: DispatchMessage) async throws {
        try await arrive("\(message)") { $0.messages.contains(message) }
    }

    /// Waits until it is connected for the nth time.
    func connected(_ count: Int = 1) async throws {
        try await arrive("connection number \(count)") { $0.connections >= count }
    }

    /// Waits until a probe has come back from every lane.
    func returned(_ probe: ProbeID) async throws {
        try await arrive("\(probe)") { consumer in
            let returns = consumer.returns.filter { $0.probe == probe }
            return returns.first.map { Set(returns.map(\.lane)).count >= $0.lanes } ?? false
        }
    }

    /// Asks it to catch up with its first queue.
    func catchUp(_ probe: ProbeID) async -> Bool {
        await consumer.catchUp(queue: JobTransportSubject.first, probe: probe)
    }

    /// Waits until it says that it has caught up.
    func caughtUp(_ probe: ProbeID) async throws {
        try await arrive("that it has caught up") { $0.caughtUp.contains(probe) }
    }

    /// Waits until enough has arrived.
    func arrive(_ what: String, _ isEnough: (TrialConsumer) -> Bool) async throws {
        let deadline = clock.now.advanced(by: patience)
        while !isEnough(self) {
            switch try await event(before: deadline) {
            case .event(.arrived(let deliveries, let words)?):
                self.deliveries += deliveries
                self.words += words
            case .event(.connected?): connections += 1
            case .event(.probed(let returns)?): self.returns += returns
            case .event(.caughtUp(JobTransportSubject.first, let probe)?): caughtUp.append(probe)
            case .event(.disconnected?), .event(.caughtUp?): break
            case .event(nil):
                throw ConformanceMismatch(
                    expected: "\(what) to arrive",
                    found: "the end of the consumer, after \(messages)"
                )
            case .timeUp:
                throw ConformanceMismatch(expected: "\(what) to arrive", found: "\(messages) and \(words)")
            }
        }
    }

    /// Asks an ended consumer for the rest of its events, and whether it says that it has ended.
    func saysThatItHasEnded() async throws -> Bool {
        let deadline = clock.now.advanced(by: patience)
        // More than there can be left of any trial.
        for _ in 0..<1_000 {
            switch try await event(before: deadline) {
            case .event(nil): return true
            case .event: continue
            case .timeUp: return false
            }
        }
        return false
    }

    private enum Turn: Sendable {
        case event(TransportEvent?)
        case timeUp
    }

    private func event(before deadline: JobInstant) async throws -> Turn {
        let (consumer, clock) = (consumer, clock)
        return try await withThrowingTaskGroup(of: Turn.self) { group in
            group.addTask { .event(await consumer.next()) }
            group.addTask {
                try await clock.sleep(until: deadline)
                return .timeUp
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .timeUp
        }
    }
}
