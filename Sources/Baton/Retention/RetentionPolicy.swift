/// How long jobs that have ended stay in storage, by state and name, and how long the statistics that outlive them.
///
/// Every server of a namespace applies its own: give all of them the same, or else the shortest time holds.
///
/// ```swift
/// var configuration = JobServerConfiguration()
/// configuration.retention?.times.failed = .seconds(30 * 86_400)
/// configuration.retention?.timesByName["billing.charge"] = RetentionTimes(succeeded: nil, deleted: nil)
/// ```
public struct RetentionPolicy: Sendable, Hashable {
    /// The shortest time that a job may stay; shorter ones are taken for it.
    ///
    /// An enqueue whose answer was lost is repeated with the same id, and a wake-up may come twice: as long as the job is
    /// there, they find that it has run. A job that had gone would be made, and run, a second time. So no time may be as
    /// short as enqueues are repeated (``JobClientConfiguration/enqueueTimeout``), and whoever gives ids of their own should
    /// keep jobs for as long as they may give the same again.
    public static let shortest = Duration.seconds(3600)

    /// How long jobs stay whose names are not mentioned.
    public var times: RetentionTimes
    /// How long jobs of some names stay; ``times`` does not count for them.
    public var timesByName: [String: RetentionTimes]
    /// How long statistics by the hour stay; `nil` for ever.
    public var hourlyStatistics: Duration?
    /// How long statistics by the day stay; `nil` for ever.
    public var dailyStatistics: Duration?

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - times: How long jobs stay whose names are not mentioned.
    ///   - timesByName: How long jobs of some names stay.
    ///   - hourlyStatistics: How long statistics by the hour stay; `nil` for ever.
    ///   - dailyStatistics: How long statistics by the day stay; `nil` for ever.
    public init(
        _ times: RetentionTimes = RetentionTimes(),
        timesByName: [String: RetentionTimes] = [:],
        hourlyStatistics: Duration? = .seconds(31 * 86_400),
        dailyStatistics: Duration? = .seconds(731 * 86_400)
    ) {
        self.times = times
        self.timesByName = timesByName
        self.hourlyStatistics = hourlyStatistics
        self.dailyStatistics = dailyStatistics
    }

    /// Whether every time is as long as it must be.
    var isValid: Bool {
        let all = ([times] + timesByName.values).flatMap(\.all)
        return all.allSatisfy { $0.map { $0 >= Self.shortest } ?? true }
    }

    /// How long a job stays after its end.
    ///
    /// - Parameters:
    ///   - state: Its state.
    ///   - name: The stored name of the function.
    /// - Returns: How long; `nil` for ever.
    package func time(of state: JobState, name: String) -> Duration? {
        let times = timesByName[name] ?? times
        let time: Duration? =
            switch state {
            case .succeeded: times.succeeded
            case .deleted: times.deleted
            case .failed: times.failed
            case .scheduled, .awaiting, .enqueued, .processing: nil
            }
        return time.map { max($0, Self.shortest) }
    }

    /// The shortest time after which any job goes; `nil` when all stay for ever.
    package var shortestTime: Duration? {
        let all = ([times] + timesByName.values).flatMap(\.all)
        return all.compactMap(\.self).min().map { max($0, Self.shortest) }
    }
}
