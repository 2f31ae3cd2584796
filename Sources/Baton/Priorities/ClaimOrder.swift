/// What a server claims next: from which queue, and of which level of priority.
///
/// A pure value: kinds of jobs that wait in, the kind whose turn it is out.
struct ClaimOrder: Sendable {
    /// Jobs between which there is nothing to choose but the order of arrival.
    struct Kind: Hashable, Sendable {
        /// The queue's place among those of the server; zero for all where only the levels count.
        let place: Int
        let level: JobPriorityLevel
    }

    /// What one claim without messages is to look through.
    struct Look: Equatable, Sendable {
        /// The queues in order.
        let queues: [String]
        /// The levels in order, in each of them.
        let levels: [JobPriorityLevel]
    }

    private let order: QueueOrder
    private let queues: [String]
    /// What each queue weighs, at its place.
    private let weights: [Int]
    private let places: [String: Int]
    private var queueTurns = WeightedTurns<Int>()
    private var levelTurns: [Int: WeightedTurns<JobPriorityLevel>] = [:]
    /// The same for claims without messages, of which it is known only afterwards what they found.
    private var looks = WeightedTurns<String>()
    private var lookLevels = WeightedTurns<JobPriorityLevel>()
    /// Which levels come next where the first has not enough: they share what it leaves.
    private var nextLevels = WeightedTurns<JobPriorityLevel>()

    /// Creates an order in which nobody has had a turn.
    ///
    /// - Parameters:
    ///   - order: The order among queues.
    ///   - queues: The server's queues, as listed.
    init(_ order: QueueOrder = .arrival, queues: [String] = []) {
        self.order = order
        self.queues = queues
        weights = queues.map { order.weight(of: $0) }
        places = Dictionary(zip(queues, 0...)) { first, _ in first }
    }

    /// Whether it matters of which queue a job is.
    var heedsQueues: Bool { order != .arrival && queues.count > 1 }

    /// The kind of a job that waits.
    ///
    /// - Parameter message: Its wake-up.
    /// - Returns: The kind.
    func kind(of message: DispatchMessage) -> Kind {
        Kind(place: heedsQueues ? places[message.queue] ?? queues.count : 0, level: message.level)
    }

    /// Gives the next turn.
    ///
    /// - Parameter kinds: Of what kinds jobs wait that can be claimed.
    /// - Returns: The kind whose turn it is; `nil` when nothing waits.
    mutating func next(among kinds: some Collection<Kind>) -> Kind? {
        guard kinds.count > 1 else { return kinds.first }
        let waiting = Set(kinds.map(\.place)).sorted()
        let place: Int?
        switch order {
        case .arrival, .strict: place = waiting.first
        case .weighted:
            place = queueTurns.next(among: waiting) { [weights] in weights.indices.contains($0) ? weights[$0] : 1 }
        }
        guard let place else { return nil }
        let levels = kinds.lazy.filter { $0.place == place }.map(\.level).sorted(by: >)
        let level = levelTurns[place, default: WeightedTurns()].next(among: levels, weight: \.weight)
        return level.map { Kind(place: place, level: $0) }
    }

    /// What the next claim without messages is to look through.
    ///
    /// - Parameter queues: The queues it may look through, as listed.
    /// - Returns: Where to look, in order.
    mutating func look(through queues: [String]) -> Look {
        let first = lookLevels.next(among: JobPriorityLevel.descending, weight: \.weight) ?? .urgent
        let levels = [first] + nextLevels.order(JobPriorityLevel.descending.filter { $0 != first }, weight: \.weight)
        guard case .weighted = order else { return Look(queues: queues, levels: levels) }
        return Look(queues: looks.order(queues) { [order] in order.weight(of: $0) }, levels: levels)
    }
}
