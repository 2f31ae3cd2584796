/// What the repetitions of one contest have brought.
struct Comparison: Sendable {
    /// Somebody Baton is compared with.
    struct Rival: Sendable {
        /// The program or the peer.
        let name: String
        let goal: Contest.Goal
        /// The rival's figure in each repetition that it has one of.
        fileprivate(set) var figures: [Double] = []
        /// Baton's figure by the rival's, in each of these.
        fileprivate(set) var ratios: [Double] = []
    }

    let contest: Contest
    private(set) var report: Report
    /// The ceiling first, then the peers.
    private(set) var rivals: [Rival]

    init(_ contest: Contest, _ options: RigOptions, peers: [String]) {
        self.contest = contest
        report = Report(contest.scenario, contest.rig(options))
        let program = Rival(name: "\(contest.program) \(contest.arguments.first ?? "")", goal: contest.goal)
        rivals = [program] + (contest.peerPaths.isEmpty ? [] : peers).map { Rival(name: $0, goal: contest.peerGoal) }
    }

    /// Takes in one repetition.
    ///
    /// - Parameters:
    ///   - baton: What Baton measured.
    ///   - ceiling: The result of the kit's program.
    ///   - peers: The results of peers by their names.
    /// - Throws: ``BenchError`` when a figure is missing that must be there.
    mutating func add(_ baton: Figures, ceiling: JSONValue, peers: [String: JSONValue]) throws(BenchError) {
        report.add(baton)
        guard let own = baton[contest.figure], let bound = ceiling.number(at: contest.path), bound > 0 else {
            throw BenchError(
                .failure,
                "The figure of “\(contest.name)” is missing in the result of \(contest.program)."
            )
        }
        add(own, by: bound, to: 0)
        for index in rivals.indices.dropFirst() {
            // A peer need not have everything: some store nothing in bulk.
            let result = peers[rivals[index].name]
            if let figure = contest.peerPaths.compactMap({ result?.number(at: $0) }).first, figure > 0 {
                add(own, by: figure, to: index)
            }
        }
    }

    private mutating func add(_ own: Double, by figure: Double, to index: Int) {
        rivals[index].figures.append(figure)
        rivals[index].ratios.append(own / figure)
    }
}

extension Comparison.Rival {
    /// Baton's figure by the rival's: the middle of the repetitions' own ratios.
    var ratio: Spread? { Spread(ratios) }

    /// Whether the middle ratio is what it must be; `nil` when there is none.
    var isGoalMet: Bool? { ratio.map { goal.isMet(by: $0.median) } }
}
