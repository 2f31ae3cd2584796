#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// How many jobs ended, by hours and days.
    package struct Statistics: Sendable {
        struct Key: Sendable, Hashable {
            let start: Date
            let name: String
            let state: JobState
        }

        struct Count: Sendable {
            var jobs = 0
            var duration = Duration.zero
        }

        /// Until when all is counted; the beginning of an hour.
        var countedUntil: Date
        var counts: [JobStatistic.Period: [Key: Count]] = [.hour: [:], .day: [:]]

        init(at now: Date) {
            countedUntil = Self.start(of: .hour, at: now)
        }

        static func start(of period: JobStatistic.Period, at date: Date) -> Date {
            let length: Double = period == .hour ? 3600 : 86_400
            return Date(timeIntervalSince1970: (date.timeIntervalSince1970 / length).rounded(.down) * length)
        }

        mutating func add(_ row: Row) {
            for period in JobStatistic.Period.allCases {
                let start = Self.start(of: period, at: row.stateAt)
                let key = Key(start: start, name: row.job.name, state: row.state)
                counts[period, default: [:]][key, default: Count()].jobs += 1
                counts[period, default: [:]][key, default: Count()].duration += row.lastDuration
            }
        }

        mutating func forget(_ period: JobStatistic.Period, after time: Duration?, at now: Date) {
            guard let time else { return }
            let past = now.adding(.zero - time)
            counts[period] = counts[period]?.filter { $0.key.start >= past }
        }
    }

    /// Makes one step of retention.
    mutating func retain(_ policy: RetentionPolicy, limit: Int, at now: Date) -> RetentionStep {
        var step = RetentionStep()
        if countHour(at: now) {
            step.countedHours = 1
            step.hasMore = true
            return step
        }
        let old = past(policy, limit: limit, at: now)
        for (id, state) in old {
            step.removed[state, default: 0] += 1
            rows[id] = nil
        }
        rows.compact()
        step.hasMore = old.count == limit
        statistics.forget(.hour, after: policy.hourlyStatistics, at: now)
        statistics.forget(.day, after: policy.dailyStatistics, at: now)
        return step
    }

    /// Counts what ended in the next hour in which anything did, if it is over.
    private mutating func countHour(at now: Date) -> Bool {
        let settled = now.adding(.zero - JobStatistic.patience)
        let from = Ordered(value: statistics.countedUntil, id: .least)
        let end = Statistics.start(of: .hour, at: settled)
        var ended = rows.ended.from(from)
        guard let first = ended.next(), first.value < end else {
            statistics.countedUntil = max(statistics.countedUntil, end)
            return false
        }
        let hourEnd = Statistics.start(of: .hour, at: first.value).addingTimeInterval(3600)
        for element in rows.ended.from(from) {
            guard element.value < hourEnd else { break }
            if let row = rows[element.id] { statistics.add(row) }
        }
        statistics.countedUntil = hourEnd
        return true
    }

    /// The first jobs whose time is over.
    private func past(_ policy: RetentionPolicy, limit: Int, at now: Date) -> [(id: JobID, state: JobState)] {
        guard let shortest = policy.shortestTime else { return [] }
        let bound = min(statistics.countedUntil, now.adding(.zero - shortest))
        var past: [(id: JobID, state: JobState)] = []
        for element in rows.ended {
            guard element.value < bound, past.count < limit else { break }
            guard let row = rows[element.id], let time = policy.time(of: row.state, name: row.job.name),
                row.stateAt.adding(time) < now
            else { continue }
            past.append((row.job.id, row.state))
        }
        return past
    }

    /// How many jobs ended, newest first.
    func statistics(by period: JobStatistic.Period, since start: Date, limit: Int) -> [JobStatistic] {
        let found = (statistics.counts[period] ?? [:]).filter { $0.key.start >= start }
            .map { key, count in
                JobStatistic(
                    start: key.start,
                    name: key.name,
                    state: key.state,
                    jobs: count.jobs,
                    duration: count.duration
                )
            }
            .sorted { ($1.start, $0.name, $0.state.rawValue) < ($0.start, $1.name, $1.state.rawValue) }
        return Array(found.prefix(limit))
    }
}

extension InMemoryTables.Row {
    /// How long the run took with which it ended.
    fileprivate var lastDuration: Duration {
        struct End: Decodable {
            var duration_ms: Double?
        }
        guard let text = history.last?.data?.text,
            let end = try? JSONDecoder().decode(End.self, from: Data(text.utf8)), let milliseconds = end.duration_ms
        else { return .zero }
        return .microseconds(Int64((milliseconds * 1000).rounded()))
    }
}

extension JobID {
    /// The id before all others.
    fileprivate static var least: JobID { JobID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }
}
