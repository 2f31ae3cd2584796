/// How many jobs the demonstration enqueues in which of its phases, and how long they take.
///
/// Two faults need time: the killed worker's jobs start elsewhere after about two seconds, and RabbitMQ takes some seconds
/// to stop and start.
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
    /// Jobs enqueued in waves before RabbitMQ is stopped; a worker is killed among them.
    let waves: Int
    /// Jobs enqueued in further waves while it stops, so that it goes down under load.
    let lastWaves: Int
    /// How many jobs make a wave, one each second: three quarters of what the workers can run, so that no backlog hides how
    /// soon a job starts.
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
        let slots = Self.workers * Self.concurrency
        let workloadMilliseconds = 32_000
        // Long enough to be seen running and then killed, however many there are.
        milliseconds = max(100, workloadMilliseconds * slots / count)
        wave = max(1, slots * 1_000 / milliseconds * 3 / 4)
        lastWaves = min(wave * 3, count / 10)
        waves = count - paced - lastWaves - outage - rest
    }

    /// How many jobs are done when a worker is killed.
    var doneBeforeKill: Int { paced + waves / 6 }

    /// How old a run may be to count as running when a worker is picked: it lasts for another while, in which to kill.
    var killableAge: Duration { .milliseconds(milliseconds - 50) }
}
