/// What the process ends with; scripts rely on the numbers, so they never change.
enum DemoExitCode: Int32, CaseIterable {
    case success = 0
    case failure = 1
    case jobLost = 2
    case checksumDiffers = 3
    case runsOverlapped = 4
    case faultMissed = 5
    case setUpFailed = 6
    case notConfigured = 7
    case unreachable = 8
    case unknownJob = 9
    case invalidArguments = 10
    case interrupted = 11
    case usage = 64

    var meaning: String {
        switch self {
        case .success: "all went well"
        case .failure: "something else failed"
        case .jobLost: "demo: a job was lost or did not succeed"
        case .checksumDiffers: "demo: a result differs from sha256sum's"
        case .runsOverlapped: "demo: two runs of one job overlapped"
        case .faultMissed: "demo: a fault did not happen as intended, so nothing is shown"
        case .setUpFailed: "the input, a worker or the servers' script is missing or fails"
        case .notConfigured: "a setting in the environment is missing or not valid"
        case .unreachable: "PostgreSQL or RabbitMQ cannot be reached or refuses"
        case .unknownJob: "enqueue: there is no job of this type"
        case .invalidArguments: "enqueue: the arguments do not fit the job"
        case .interrupted: "ended by SIGINT or SIGTERM before it was done"
        case .usage: "the command line is not valid"
        }
    }

    /// All codes with their meanings, a line each.
    static func table(indent: String) -> String {
        allCases
            .map { code in
                let number = String(code.rawValue)
                let padding = String(repeating: " ", count: max(0, 3 - number.count))
                return "\(indent)\(padding)\(number)  \(code.meaning)"
            }
            .joined(separator: "\n")
    }
}
