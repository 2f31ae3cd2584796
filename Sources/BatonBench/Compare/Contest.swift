import Baton

/// One measurement of Baton beside the same by others.
struct Contest: Sendable {
    /// What a ratio must be.
    enum Goal: Sendable, Hashable {
        case atLeast(Double)
        case atMost(Double)

        func isMet(by ratio: Double) -> Bool {
            switch self {
            case .atLeast(let bound): ratio >= bound
            case .atMost(let bound): ratio <= bound
            }
        }
    }

    /// Its name, to choose it by.
    let name: String
    /// What Baton does.
    let scenario: any Scenario
    /// Whether its jobs may start as they are stored, as Baton has it by default; otherwise the way over the queue is measured.
    let startsEagerly: Bool
    /// The figure that is compared.
    let figure: Figure
    /// The kit's program that does the same in bare C.
    let program: String
    /// What it is to measure.
    let arguments: [String]
    /// Where in its result the figure is.
    let path: String
    /// What Baton's figure by the program's must be.
    let goal: Goal
    /// Where the figure is in a peer's result: the first of these that it has.
    ///
    /// None where peers do nothing comparable.
    let peerPaths: [String]
    /// What Baton's figure by a peer's must be.
    let peerGoal: Goal

    init(
        _ name: String,
        _ scenario: any Scenario,
        startsEagerly: Bool = false,
        _ figure: Figure = .jobsPerSecond,
        against program: String,
        _ arguments: [String],
        at path: String,
        goal: Goal,
        peers paths: [String] = [],
        peerGoal: Goal = .atLeast(1)
    ) {
        self.name = name
        self.scenario = scenario
        self.startsEagerly = startsEagerly
        self.figure = figure
        self.program = program
        self.arguments = arguments
        self.path = path
        self.goal = goal
        self.peerPaths = paths
        self.peerGoal = peerGoal
    }

    /// How Baton is set up for it.
    ///
    /// - Parameter options: How for all contests.
    /// - Returns: The options.
    func rig(_ options: RigOptions) -> RigOptions {
        var options = options
        if startsEagerly { options.eagerStarts = JobServerConfiguration().eagerStarts }
        return options
    }
}
