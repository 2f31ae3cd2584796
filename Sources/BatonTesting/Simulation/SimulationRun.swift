import Baton
import Locking

/// One run of a simulation: a storm, then calm, in which everything must come to its end.
final class SimulationRun {
    private static let maximumSteps = 3_000_000

    private let seed: UInt64
    let world: SimulationWorld
    private let workload: SimulatedWorkload
    private var entries: SimulatedEntries
    private let pauses: SimulatedPauses
    private let random: SeededRandomSource
    private let fleet: SimulatedFleet
    private let faults: SimulationFaults
    private var time = JobInstant(offset: .zero)

    init(seed: UInt64, defects: Set<PlantedDefect>, isInWords: Bool) {
        self.seed = seed
        random = SeededRandomSource(seed: ~seed)
        let profile = SimulationProfile(seed: seed)
        workload = SimulatedWorkload(
            drawnFrom: random,
            embedding: SeededRandomSource(seed: seed ^ 0x6561_6765_7200_0000),
            for: profile
        )
        entries = SimulatedEntries(drawnFrom: SeededRandomSource(seed: seed ^ 0x0C0F_FEE0_C0FF_EE00))
        pauses = SimulatedPauses(drawnFrom: SeededRandomSource(seed: seed ^ 0x7061_7573_6573_0000))
        faults = profile.faults(insteadOf: random.chance(0.05) ? .none : SimulationFaults(drawnFrom: random))
        world = SimulationWorld(
            seed: seed,
            defects: defects,
            isFaultless: faults.isNone,
            consumerQuiet: workload.server.consumerQuiet,
            isInWords: isInWords
        )
        fleet = SimulatedFleet(world: world, workload: workload, random: random.fork())
    }

    /// Runs it.
    ///
    /// - Returns: What came of it.
    /// - Throws: ``SimulationError``.
    func run() throws(SimulationError) -> SimulationOutcome {
        let verdict: Result<Void, SimulationError>
        do throws(SimulationError) {
            verdict = .success(try play())
        } catch {
            verdict = .failure(error)
        }
        let outcome = SimulationOutcome(
            seed: seed,
            hash: world.scheduler.trace.hash,
            steps: world.scheduler.steps,
            time: world.scheduler.now.offset,
            jobs: world.database.read { $0.rows.count },
            starts: world.ledger.starts,
            eagerStarts: world.ledger.eagerStarts,
            counters: world.database.read(\.counters)
        )
        let hasEnded = tearDown()
        try verdict.get()
        if !hasEnded { throw error(.ended, "A process that was cancelled did not end.") }
        return outcome
    }

    private func play() throws(SimulationError) {
        entries.begin(in: world.database, at: world.databaseClock.date)
        fleet.start()
        pauses.begin(in: world)
        if !faults.isNone {
            world.faults = faults
            fleet.storm(for: workload.storm, faults)
        }
        try pass(workload.storm)
        world.faults = .none
        pauses.end(in: world)
        fleet.calm()
        if !entries.isEmpty { try pass(SimulatedEntries.calm) }
        entries.end(in: world.database, at: world.databaseClock.date)
        // From the last job that came to its end: entries may have made more than one thread works off in any time given.
        var (start, ended) = (time, 0)
        while !isQuiet {
            guard start.duration(to: time) < workload.calm else { throw error(.stalled, stalled) }
            try pass(.seconds(1))
            let now = world.database.read { $0.rows.values.count { Self.isOver($0.state) } }
            if now > ended { (start, ended) = (time, now) }
        }
        // What was sent twice in the storm may come as late as this.
        try pass(.seconds(15))
        let repairs = world.repairs
        try pass(.seconds(25))
        guard world.repairs == repairs, isQuiet else {
            throw error(.stalled, "Repairs did not stop after all failures had: \(repairs), then \(world.repairs).")
        }
        if let broken = world.ledger.brokenPromise() { throw error(.violation, broken) }
        if let broken = entries.violation(in: world.database) { throw error(.violation, broken) }
        let excused = world.adoptions.unmarkedCount + world.losses.suspectedCount
        if faults.isNone, world.repairs != excused {
            throw error(.violation, "I6: \(world.repairs) repairs, not \(excused), although nothing failed.")
        }
    }

    /// Lets time pass.
    private func pass(_ duration: Duration) throws(SimulationError) {
        time = time.advanced(by: duration)
        while world.scheduler.step(until: time) {
            if let violation = world.ledger.violation { throw error(.violation, violation) }
            guard world.scheduler.steps < Self.maximumSteps else {
                throw error(.stalled, "It goes on and on without time passing, or far too busily.")
            }
        }
        if world.scheduler.hasEscaped {
            throw error(.escaped, "A task ran outside of the simulation.")
        }
    }

    private var isQuiet: Bool {
        workload.isDone && !world.hasDelayed && world.broker.depth == 0 && world.broker.unsettledCount == 0
            && world.database.read { $0.rows.values.allSatisfy { Self.isOver($0.state) } }
    }

    private static func isOver(_ state: JobState) -> Bool {
        state == .succeeded || state == .failed || state == .deleted
    }

    private var stalled: String {
        let open = world.database.read { tables in
            tables.rows.values.filter { !Self.isOver($0.state) }
                .map { "\(world.ledger.name($0.job.id)) is \($0.state) at generation \($0.generation)" }
        }
        return """
            After \(workload.calm) without failures, and without the end of a job: \(open.sorted()), \(world.broker.depth) messages wait, \
            \(world.broker.unsettledCount) are not settled, all enqueued: \(workload.isDone).
            """
    }

    /// Ends all tasks, so that nothing is left of them in memory.
    private func tearDown() -> Bool {
        fleet.tearDown()
        // Longer than anything lasts that pays no heed to its cancellation.
        let end = world.scheduler.now.advanced(by: .seconds(300))
        let limit = world.scheduler.steps + Self.maximumSteps
        while world.scheduler.step(until: end), world.scheduler.steps < limit {}
        return fleet.hasEnded
    }

    private func error(_ code: SimulationError.Code, _ message: String) -> SimulationError {
        SimulationError(code, message, seed: seed, schedule: world.scheduler.trace.lines)
    }
}
