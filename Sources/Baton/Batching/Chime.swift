import Locking

/// Bells that ring together: each listener has its own, so that none takes a ring from another.
///
/// A bell that nobody holds any more is forgotten.
final class Chime<Bell: AnyObject & Sendable>: Sendable {
    private struct Place {
        weak var bell: Bell?
    }

    private let places = Locked<[Place]>([])

    /// Adds a bell, to ring from now on.
    ///
    /// - Parameter bell: The bell.
    func add(_ bell: Bell) {
        places.withLock { places in
            places.removeAll { $0.bell == nil }
            places.append(Place(bell: bell))
        }
    }

    /// Every bell.
    private var bells: [Bell] {
        places.withLock { $0.compactMap(\.bell) }
    }
}

extension Chime<Wakeup> {
    /// Rings every bell.
    func ring() {
        for bell in bells { bell.ring() }
    }
}

extension Chime<ScheduleSignal> {
    /// A job was scheduled.
    ///
    /// - Parameter due: When it becomes due.
    func ring(dueAt due: JobInstant) {
        for bell in bells { bell.ring(dueAt: due) }
    }
}
