import Baton
import Locking

/// What all processes of a simulation share: time, the database, the broker, the network between them, and the ledger.
final class SimulationWorld: Sendable {
    /// The network and the servers' side: what is under way goes on, whoever sent it dies.
    static let network = 0

    let scheduler: SimulationScheduler
    let wire: SimulationExecutor
    /// True time.
    let clock: SimulationClock
    let databaseClock: SimulationClock
    let database: InMemoryStorage
    let broker: InMemoryTransport
    let ledger: SimulationLedger
    let adoptions = AdoptionLedger()
    let sightings = SightingLedger()
    let pauses: PauseLedger
    /// What a crash of the database may take back.
    let lazyCommits = LazyCommits()
    let losses: LossLedger
    /// How long the broker may take to notice that a consumer is gone, as servers have it.
    let consumerQuiet: Duration
    let defects: Set<PlantedDefect>
    /// Whether nothing ever goes wrong in it.
    let isFaultless: Bool
    /// What faults follow from.
    let random: SeededRandomSource
    /// What jobs do follows from.
    let jobRandom: SeededRandomSource
    private let currentFaults = Locked(SimulationFaults.none)
    private let delays = Locked(0)

    init(
        seed: UInt64,
        defects: Set<PlantedDefect>,
        isFaultless: Bool,
        consumerQuiet: Duration,
        isInWords: Bool
    ) {
        let root = SeededRandomSource(seed: seed)
        scheduler = SimulationScheduler(random: root.fork(), trace: SimulationTrace(isInWords: isInWords))
        wire = SimulationExecutor(number: Self.network, scheduler: scheduler)
        clock = SimulationClock(scheduler)
        databaseClock = SimulationClock(scheduler)
        database = InMemoryStorage(clock: databaseClock)
        broker = InMemoryTransport(clock: clock)
        ledger = SimulationLedger(storage: database)
        losses = LossLedger(broker: broker)
        pauses = PauseLedger(scheduler)
        self.consumerQuiet = consumerQuiet
        self.defects = defects
        self.isFaultless = isFaultless
        random = root.fork()
        jobRandom = root.fork()
        broker.change { [random, currentFaults] queues in
            queues.requeuesAtFront = { !random.chance(currentFaults.withLock(\.requeueAtBack)) }
        }
    }

    /// What may go wrong now.
    var faults: SimulationFaults {
        get { currentFaults.withLock { $0 } }
        set { currentFaults.withLock { $0 = newValue } }
    }

    /// How often something had to be repaired.
    var repairs: Int {
        let counted: [JobCounter] = [.repairedUnpublished, .repairedOrphans, .repairedUnheld, .repairedLost]
        return database.read { tables in counted.reduce(0) { $0 + (tables.counters[$1] ?? 0) } }
    }

    /// Starts something on the network, which goes on whatever becomes of the process that began it.
    ///
    /// It ends by itself: everything under way arrives or is lost in bounded time, or is cancelled with its connection.
    @discardableResult
    func onWire(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task.detached(executorPreference: wire, operation: body)
    }

    /// Lets some time pass, as long as something is under way.
    func travel() async {
        await pause(faults.delay(random))
    }

    /// Does something that keeps a call or a message from its end for long.
    func delayed(_ body: () async -> Void) async {
        delays.withLock { $0 += 1 }
        await body()
        delays.withLock { $0 -= 1 }
    }

    /// Whether calls or messages of long ago are still to come.
    var hasDelayed: Bool {
        delays.withLock { $0 > 0 }
    }

    /// Lets time pass, cancelled or not.
    func passTime(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = scheduler.after(duration) { continuation.resume() }
        }
    }

    /// Lets time pass on the network.
    func pause(_ duration: Duration) async {
        try? await clock.sleep(for: duration)
    }
}
