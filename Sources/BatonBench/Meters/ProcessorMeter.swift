import Foundation

/// Reads how much processor time the three parties have used.
struct ProcessorMeter: Sendable {
    /// PostgreSQL's first process, if it is known and of this machine.
    var postmaster: Int32?
    /// RabbitMQ's process, if it is known and of this machine.
    var broker: Int32?

    /// Reads the meter.
    ///
    /// - Returns: The time used so far.
    func read() -> ProcessorTime {
        ProcessorTime(
            postgres: postmaster.flatMap { Self.family(of: $0, in: ProcessTimes.all()) }.map(Self.seconds),
            rabbitmq: broker.flatMap { ProcessTimes(of: $0)?.own }.map(Self.seconds),
            baton: Self.own
        )
    }

    /// The ticks of a process, of its living children, and of those that have ended.
    ///
    /// PostgreSQL is a process for each connection, so the whole family counts.
    ///
    /// - Parameters:
    ///   - process: The head of the family.
    ///   - times: All processes.
    /// - Returns: The ticks; `nil` when there is no such process.
    static func family(of process: Int32, in times: [Int32: ProcessTimes]) -> UInt64? {
        guard let head = times[process] else { return nil }
        return times.values.filter { $0.parent == process }.reduce(head.own + head.reaped) { $0 + $1.own }
    }

    private static func seconds(_ ticks: UInt64) -> Double {
        Double(ticks) / ProcessTimes.ticksPerSecond
    }

    /// Finer than the kernel's ticks, and the same on every system.
    private static var own: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
