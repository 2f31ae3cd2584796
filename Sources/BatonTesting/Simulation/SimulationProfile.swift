import Baton

/// What a seed's world is made for.
///
/// Most are mixtures, in which anything may happen. What takes several conditions at once hardly ever happens there, so
/// some worlds bring just those together, and leave all else out.
enum SimulationProfile: Sendable {
    /// Whatever the seed draws.
    case mixture
    /// Calls arrive so late that they find the same server at the same job again, once more at the same attempt.
    case lateCalls
    /// The queue is deleted again and again, and now and then one who finds it missing takes so long to note it that
    /// others have declared it, and published, and stored that this is confirmed.
    case missingQueues
    /// Servers that know each other well lose their way to storage, and nothing else.
    case oneWitness

    /// How a world's workload differs from what the seed draws.
    struct Workload: Sendable {
        var storm: Duration?
        var servers: Int?
        var concurrency: Int?
        var hasLongJobs: Bool?
        var fastTakeover: Bool?
        var deployment: SimulatedWorkload.Deployment?
    }

    /// Draws a profile.
    ///
    /// From a source of its own: a mixture stays the same whatever profiles there are.
    ///
    /// - Parameter seed: What it follows from.
    init(seed: UInt64) {
        self =
            switch SeededRandomSource(seed: seed ^ 0x7072_6F66_696C_6500).below(60) {
            case 0...1: .lateCalls
            case 2...5: .missingQueues
            case 6: .oneWitness
            default: .mixture
            }
    }

    /// What is enqueued, and who serves.
    var workload: Workload {
        var workload = Workload()
        if case .mixture = self { return workload }
        workload.storm = .seconds(40)
        workload.hasLongJobs = true
        switch self {
        case .mixture: break
        case .lateCalls:
            workload.servers = 1
            // Without messages: what comes again would show a server that it owns the job.
            workload.deployment = .storageAlone
        case .missingQueues:
            workload.servers = 3
            // So that what is published again has to wait.
            workload.concurrency = 1
            workload.deployment = .broker
        case .oneWitness:
            workload.servers = 3
            workload.fastTakeover = true
            workload.deployment = .broker
        }
        return workload
    }

    /// What goes wrong.
    ///
    /// - Parameter drawn: What the seed has drawn.
    /// - Returns: What the world's faults are.
    func faults(insteadOf drawn: SimulationFaults) -> SimulationFaults {
        var faults = SimulationFaults.none
        switch self {
        case .mixture: return drawn
        case .lateCalls:
            faults.storageChance = 0.5
            faults.storageFates = [.lostAfter, .late]
            faults.latest = .seconds(12)
        case .missingQueues:
            faults.slowness = 0.05
            faults.slowest = .seconds(3)
            faults.disasters = [.deleteQueue]
            faults.pace = .seconds(4)
        case .oneWitness:
            faults.disasters = [.cutStorage]
            faults.pace = .seconds(8)
        }
        return faults
    }
}
