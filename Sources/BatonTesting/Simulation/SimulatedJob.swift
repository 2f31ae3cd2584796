import Baton

/// What runs in a simulation: takes a while, fails now and then, and sometimes does not give way.
struct SimulatedJob: JobReceiver {
    /// Its one function.
    struct Call: JobCall {
        typealias Receiver = SimulatedJob
        typealias Output = String

        static let name = "simulated"

        var text: String

        func run(on receiver: SimulatedJob, in context: JobContext) async throws -> String {
            try await receiver.run(text, context)
        }
    }

    static let jobs = [JobDefinition<SimulatedJob>(Call.self)]

    let process: Int
    let world: SimulationWorld
    let clock: SimulationClock
    /// How long each takes, at least and at most, where none is over at once.
    let lengths: (Duration, Duration)?

    private func run(_ text: String, _ context: JobContext) async throws -> String {
        let random = world.jobRandom
        world.scheduler.note("begins", process: process, "\(world.ledger.name(context.id)) run \(context.run)")
        world.ledger.began(context.id, run: context.run, process: process)
        defer {
            world.scheduler.note("ends", process: process, "\(world.ledger.name(context.id)) run \(context.run)")
            world.ledger.ended(context.id, run: context.run, process: process)
        }
        let kind = random.below(10)
        let length: Duration
        if let lengths {
            length = random.duration(lengths.0, lengths.1)
        } else {
            length = kind < 4 ? .zero : random.duration(.zero, kind < 9 ? .seconds(2) : .seconds(20))
        }
        if random.chance(0.2) { context.reportProgress(Double(random.below(100)) / 100, "on it") }
        if random.chance(0.1) {
            // Pays no heed to its cancellation.
            let end = clock.now.advanced(by: length)
            while clock.now < end {
                await world.passTime(.milliseconds(500))
            }
        } else {
            try await clock.sleep(for: length)
        }
        switch random.below(100) {
        case 0..<15: throw SimulatedFailure()
        case 15..<20: throw JobSnooze(for: random.duration(.zero, .seconds(3)))
        case 20..<22: throw JobDiscard(reason: "not wanted")
        default: return text
        }
    }
}

/// What a simulated job throws.
struct SimulatedFailure: Error, CustomStringConvertible {
    let description = "bad luck"
}
