import Baton
import Locking

/// Pauses and resumes the queue of a simulation at moments drawn from the seed, everywhere or on one server.
final class SimulatedPauses: Sendable {
    private static let queue = "default"
    /// How long nothing is paused or resumed, at most.
    private static let pace = Duration.seconds(6)

    private let random: SeededRandomSource
    private let isWanted: Bool
    private let isOn = Locked(false)

    /// Draws whether anything is paused; in most worlds nothing is.
    ///
    /// - Parameter random: A source of their own.
    init(drawnFrom random: SeededRandomSource) {
        self.random = random
        isWanted = random.chance(0.3)
    }

    /// The name of a process's server.
    ///
    /// - Parameter process: The process's number.
    /// - Returns: The name.
    static func serverName(of process: Int) -> String { "server \(process)" }

    /// Begins to pause and to resume.
    ///
    /// - Parameter world: The world.
    func begin(in world: SimulationWorld) {
        guard isWanted else { return }
        isOn.withLock { $0 = true }
        next(in: world)
    }

    /// Resumes everything, for good.
    ///
    /// - Parameter world: The world.
    func end(in world: SimulationWorld) {
        isOn.withLock { $0 = false }
        world.database.change { $0.pauses = [:] }
    }

    private func next(in world: SimulationWorld) {
        world.scheduler.after(random.duration(.zero, Self.pace)) {
            guard self.isOn.withLock({ $0 }) else { return }
            self.turn(in: world)
            self.next(in: world)
        }
    }

    /// Pauses what is not paused, or resumes it.
    private func turn(in world: SimulationWorld) {
        // The first process is the producer.
        let server = random.chance(0.5) ? nil : Self.serverName(of: 2 + random.below(3))
        let now = world.databaseClock.date
        let isPaused = world.database.change { tables in
            if tables.resumeQueue(Self.queue, on: server) { return false }
            _ = tables.pauseQueue(Self.queue, on: server, reason: nil, at: now)
            return true
        }
        world.scheduler.note(isPaused ? "paused" : "resumed", process: 0, server ?? "everywhere")
        guard random.chance(0.5) else { return }
        world.onWire {
            await world.travel()
            await world.broker.broadcast(.queuesChanged)
        }
    }
}
