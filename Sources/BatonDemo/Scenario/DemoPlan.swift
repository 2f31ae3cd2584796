/// How many jobs the demonstration enqueues in which of its phases, and how long they take.
///
/// Two faults need time: the killed worker's lease runs for 15 s, and RabbitMQ takes some seconds to stop and start.
struct DemoPlan: Sendable, Equatable {
    /// How many workers run beside each other.
    static let workers = 2
    /// How many jobs a worker runs at once.
    static let concurrency = 8
    /// How many jobs must run in a worker when it is killed.
    static let runningWhenKilled = 4

    /// Jobs enqueued one by one, slower than the workers run them: what their latency says is not waiting for a worker.
    let paced: Int
    /// The time from one of these to the next.
    let pace = Duration.milliseconds(25)
    /// Jobs enqueued in waves before RabbitMQ stops; a worker is killed among them.
    let waves: Int
    /// How many jobs make a wave, one each second.
    let wave: Int
    /// Jobs enqueued while RabbitMQ is down.
    let outage: Int
    /// Jobs enqueued after it is back.
    let rest: Int
    /// How long a job takes beyond its file, apart from the paced ones, in milliseconds.
    let milliseconds: Int

    /// Divides jobs.
    ///
    /// - Parameter count: How many; at least 100.
    init(count: Int) {
        paced = min(count / 20, 200)
        outage = count * 15 / 100
        rest = count * 10 / 100
        waves = count - paced - outage - rest
        wave = max(1, count / 25)
        let workloadMilliseconds = 40_000
        milliseconds = workloadMilliseconds * Self.workers * Self.concurrency / count
    }

    /// How many jobs are done when a worker is killed.
    var doneBeforeKill: Int { paced + waves / 6 }
}
