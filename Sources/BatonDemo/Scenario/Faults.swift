import Locking

/// What the halves of the demonstration tell each other: the one that enqueues and the one that breaks things.
struct Faults: Sendable {
    typealias Signal = OneTimeSignal<Result<Void, any Error>>

    /// The waves are enqueued.
    let waves = Signal()
    /// The broker is down.
    let brokerIsDown = Signal()
    /// The jobs of the outage are enqueued.
    let outage = Signal()
    /// The broker is back.
    let brokerIsUp = Signal()
}
