/// What the process ends with; scripts rely on the numbers, so they never change.
enum CLIExitCode: Int32, CaseIterable {
    case success = 0
    case disagreement = 1
    case failure = 2
    case notFound = 3
    case refused = 4
    case schemaMismatch = 5
    case notConfigured = 7
    case unreachable = 8
    case usage = 64

    var meaning: String {
        switch self {
        case .success: "all went well, and nothing disagrees"
        case .disagreement: "reconcile: something disagrees; with --now, still"
        case .failure: "something else failed"
        case .notFound: "job, recurring, rejects: there is no such job, entry or reject"
        case .refused:
            "job requeue, job delete: the job's state does not allow it; recurring set: the entry cannot be; rejects replay: it is no job"
        case .schemaMismatch: "the schema is missing, older or newer than this program"
        case .notConfigured: "a setting in the environment is missing or not valid"
        case .unreachable: "PostgreSQL or RabbitMQ cannot be reached or refuses"
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
