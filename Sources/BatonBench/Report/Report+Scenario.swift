import Baton

extension Report {
    /// An empty report of a scenario.
    ///
    /// - Parameters:
    ///   - scenario: What is measured.
    ///   - options: How Baton is set up.
    init(_ scenario: some Scenario, _ options: RigOptions) {
        let defaults = JobServerConfiguration()
        var settings = scenario.settings
        settings["queue_type"] = options.queueType.map { .string($0.rawValue) } ?? .null
        if let submissions = options.submissions {
            settings["submission_queue_type"] = .string((submissions.queueType ?? .quorum).rawValue)
        }
        settings["fsync"] = .bool(true)
        settings["synchronous_commit"] = .bool(true)
        settings["confirms"] = .bool(options.queueType != nil)
        settings["persistent"] = .bool(options.queueType != nil)
        if scenario.hasServers {
            let concurrency = options.concurrency ?? defaults.concurrency
            settings["servers"] = .integer(options.servers)
            settings["concurrency"] = .integer(concurrency)
            settings["eager_starts"] = .integer(options.eagerStarts)
            settings["look_ahead"] = .integer(
                options.lookAhead ?? options.concurrency.map { $0 } ?? defaults.lookAhead
            )
        }
        self.init(name: scenario.name, jobs: scenario.jobs, settings: settings)
    }
}
