import Locking

/// The servers that work with a client, in its process.
///
/// One that nobody holds any more is forgotten.
final class LocalServers: Sendable {
    private struct Place {
        weak var core: ServerCore?
    }

    private let places = Locked<[Place]>([])

    /// Adds a server.
    ///
    /// - Parameter core: The server's core.
    func add(_ core: ServerCore) {
        places.withLock { places in
            places.removeAll { $0.core == nil }
            places.append(Place(core: core))
        }
    }

    /// Takes threads for jobs that are about to be stored, where a server has some (PROTOCOL move 7).
    ///
    /// - Parameter jobs: The jobs.
    /// - Returns: What starts them; `nil` where they are to go through their queues.
    func eagerStart(of jobs: [NewJob]) -> EagerStart? {
        let places = places.withLock { $0 }
        guard !places.isEmpty, jobs.allSatisfy(\.isReady) else { return nil }
        for place in places {
            if let core = place.core, let start = EagerStart(of: jobs, by: core) { return start }
        }
        return nil
    }
}

extension NewJob {
    /// Whether it is ready as soon as it is stored.
    fileprivate var isReady: Bool {
        if case .enqueued = start { true } else { false }
    }
}
