import Baton
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The recurring entries of a simulation, drawn from the seed, and what must have become of them.
struct SimulatedEntries: Sendable {
    private struct Entry: Sendable {
        let definition: RecurringDefinition
        let interval: Duration
        /// Whether each occurrence makes a job, however late servers are and however long its jobs run.
        let firesEach: Bool
    }

    /// How long entries go on without failures: so long that each must have made jobs.
    static let calm = Duration.seconds(60)
    /// How late an occurrence may be decided then: a server that has just come looks at once, or again after a second.
    private static let lateness = Duration.seconds(20)

    private let entries: [Entry]
    private var first = Date.distantPast
    private var last = Date.distantFuture

    /// Whether there are none.
    var isEmpty: Bool { entries.isEmpty }

    /// Draws entries; in most worlds there are none.
    ///
    /// - Parameter random: A source of their own.
    init(drawnFrom random: SeededRandomSource) {
        let count = random.chance(0.3) ? 1 + random.below(2) : 0
        entries = (0..<count).map { number in
            let interval = Duration.seconds(4 + random.below(9))
            let firesEach = random.chance(0.6)
            let policy = RecurringPolicy(
                misfire: firesEach ? .fireEach(atMost: 1_000) : random.pick([.fireOnce, .skip]),
                overlap: firesEach ? .allow : random.pick(OverlapPolicy.allCases),
                jitter: random.pick([.zero, .zero, .seconds(2)])
            )
            return Entry(
                definition: RecurringDefinition(
                    id: "entry \(number)",
                    name: SimulatedJob.Call.name,
                    queue: "default",
                    arguments: JSONText(#"{"text":"recurring"}"#),
                    maximumAttempts: random.pick([2, 10]),
                    schedule: .every(interval),
                    policy: policy
                ),
                interval: interval,
                firesEach: firesEach
            )
        }
    }

    /// Sets the entries.
    ///
    /// - Parameters:
    ///   - database: Where.
    ///   - now: Its date.
    mutating func begin(in database: InMemoryStorage, at now: Date) {
        first = now
        database.change { tables in
            for entry in entries {
                let first = now.addingTimeInterval(entry.interval / .seconds(1))
                _ = tables.setRecurring(entry.definition, nextAt: first)
            }
        }
    }

    /// Lets the entries make no more jobs.
    ///
    /// - Parameters:
    ///   - database: Where they are.
    ///   - now: Its date.
    mutating func end(in database: InMemoryStorage, at now: Date) {
        last = now
        database.change { tables in
            for entry in entries { _ = tables.pauseRecurring(entry.definition.id, at: now) }
        }
    }

    /// Holds the jobs that there are against the occurrences.
    ///
    /// - Parameter database: Where they are.
    /// - Returns: What is wrong, if anything is.
    func violation(in database: InMemoryStorage) -> String? {
        database.read { tables in entries.lazy.compactMap { violation(of: $0, in: tables) }.first }
    }

    private func violation(of entry: Entry, in tables: InMemoryTables) -> String? {
        let id = entry.definition.id
        let fired = tables.recurringHistory(of: id).filter { $0.outcome == .fired }.sorted { $0.at < $1.at }
        if fired.contains(where: { $0.jobID.map { tables.rows[$0] == nil } ?? true }) {
            return "an occurrence of \(id) is said to have made a job that is not there"
        }
        let reason = "Recurring entry “\(id)”"
        let made = tables.rows.values.count { $0.history.first?.reason?.hasPrefix(reason) == true }
        if made != fired.count { return "\(fired.count) occurrences of \(id) made \(made) jobs" }
        guard entry.firesEach else { return nil }
        let isComplete = zip(fired, fired.dropFirst()).allSatisfy { one, next in
            abs(next.at.timeIntervalSince(one.at) - entry.interval / .seconds(1)) < 0.001
        }
        guard isComplete else { return "occurrences of \(id) are missing between those that made jobs" }
        let interval = entry.interval / .seconds(1)
        guard let earliest = fired.first, abs(earliest.at.timeIntervalSince(first) - interval) < 0.001 else {
            return "the first occurrence of \(id) made no job"
        }
        let end = last.addingTimeInterval(-interval - Self.lateness / .seconds(1))
        guard let latest = fired.last, latest.at > end else { return "the last occurrences of \(id) made no jobs" }
        return nil
    }
}
