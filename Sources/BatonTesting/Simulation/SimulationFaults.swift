import Baton

/// What may go wrong at the moment, and how often.
///
/// Each seed draws its own mixture: a storm in which everything happens hides what only shows when some things do not.
struct SimulationFaults: Sendable {
    /// What befalls a call to storage.
    enum StorageFate: Sendable, CaseIterable {
        /// It is answered.
        case answered
        /// It does not get there, and the caller knows.
        case unavailable
        /// It does not get there, and the caller cannot know.
        case lostBefore
        /// It is committed, and the caller does not hear of it.
        case lostAfter
        /// It is committed only after the caller was told that nobody knows.
        case late
    }

    /// What befalls a published message.
    enum PublishFate: Sendable, CaseIterable {
        /// It arrives and is confirmed.
        case confirmed
        /// It does not arrive, and is not confirmed.
        case refused
        /// It arrives, and is not confirmed.
        case unanswered
        /// It arrives twice and is confirmed.
        case doubled
        /// It arrives, and once more much later.
        case doubledLate
    }

    /// What befalls a server, or all of them.
    enum Disaster: Sendable, CaseIterable {
        case crash, restart, stop, pause, cutStorage, cutBroker, cutBoth, storageOutage, storageCrash, brokerOutage
        case cutConsumer, databaseClockJump, machineSleep, wrongDate, falseCertificate
        case loseMessages, purgeQueue, deleteQueue
    }

    /// The chance that a call to storage is not simply answered, and what befalls it then.
    var storageChance = 0.0
    var storageFates: [StorageFate] = []
    /// How late a late call is at most.
    var latest = Duration.seconds(4)
    /// The chance that a message is not simply confirmed, and what befalls it then.
    var publishChance = 0.0
    var publishFates: [PublishFate] = []
    /// The chance that a word to every server is lost.
    var wordLoss = 0.0
    /// The chance that something is under way for long, and how long then.
    var slowness = 0.0
    var slowest = Duration.milliseconds(20)
    /// The chance that deliveries change their order.
    var reordering = 0.0
    /// The chance that what comes again goes to the back of its queue.
    var requeueAtBack = 0.0
    /// How old the commits are at most that the database loses when it crashes.
    var storageBehind = Duration.milliseconds(600)
    var disasters: [Disaster] = []
    /// How long nothing happens between two disasters, at most.
    var pace = Duration.seconds(1)

    /// Nothing goes wrong.
    static let none = SimulationFaults()

    /// Draws a mixture.
    ///
    /// - Parameter random: What it follows from.
    init(drawnFrom random: SeededRandomSource) {
        let chances = [0, 0.01, 0.05, 0.2]
        storageChance = random.pick(chances)
        storageFates = Self.some([.unavailable, .lostBefore, .lostAfter, .late], random)
        latest = random.pick([.seconds(4), .seconds(4), .seconds(40)])
        publishChance = random.pick(chances)
        publishFates = Self.some([.refused, .unanswered, .doubled, .doubledLate], random)
        wordLoss = random.pick([0, 0.5, 1])
        slowness = random.pick([0, 0.02, 0.2])
        slowest = random.pick([.milliseconds(200), .seconds(2), .seconds(6)])
        reordering = random.pick([0, 0.3])
        requeueAtBack = random.pick([0, 0.5, 1])
        storageBehind = random.pick([.milliseconds(600), .seconds(10)])
        disasters =
            switch random.below(20) {
            case 0...2: []
            case 3...8: (0...random.below(3)).map { _ in random.pick(Disaster.allCases) }
            default: Self.some(Disaster.allCases, random)
            }
        pace = random.pick([.milliseconds(500), .seconds(2), .seconds(8)])
        switch random.below(20) {
        case 0...5:
            // What takes two rare mishaps in a row happens only where those are common.
            storageChance = 0.5
            storageFates = [.lostAfter, .late]
        case 6...9:
            // And what takes servers that know each other well, only where they hear of each other.
            (storageChance, publishChance, slowness) = (0, 0, 0)
        default: break
        }
    }

    /// Whether nothing can go wrong.
    var isNone: Bool {
        storageChance == 0 && publishChance == 0 && disasters.isEmpty && slowness == 0 && wordLoss == 0
    }

    private init() {}

    private static func some<Element>(_ all: [Element], _ random: SeededRandomSource) -> [Element] {
        let some = all.filter { _ in random.chance(0.5) }
        return some.isEmpty ? [random.pick(all)] : some
    }

    // MARK: Drawing

    /// What befalls the next call to storage.
    func storageFate(_ random: SeededRandomSource) -> StorageFate {
        random.chance(storageChance) ? random.pick(storageFates) : .answered
    }

    /// What befalls the next message.
    func publishFate(_ random: SeededRandomSource) -> PublishFate {
        random.chance(publishChance) ? random.pick(publishFates) : .confirmed
    }

    /// How long the next thing is under way.
    func delay(_ random: SeededRandomSource) -> Duration {
        random.chance(slowness) ? random.duration(.zero, slowest) : random.duration(.microseconds(50), .milliseconds(3))
    }
}
