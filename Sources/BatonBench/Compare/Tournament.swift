/// Measures Baton and its rivals in turns, so that what else the machine does falls on all of them.
struct Tournament: Sendable {
    let environment: BenchEnvironment
    let options: RigOptions
    let kit: Kit
    let contests: [Contest]
    let peers: [String]
    let peerJobs: Int
    let peerLatencyJobs: Int

    /// Measures.
    ///
    /// - Parameter repetitions: How often.
    /// - Returns: The comparisons, in the contests' order.
    /// - Throws: ``BenchError``, or what Baton or the servers throw.
    func run(_ repetitions: Int) async throws -> [Comparison] {
        var comparisons = contests.map { Comparison($0, options, peers: peers) }
        for repetition in 1...repetitions {
            // The other way round every second time: whoever is first finds other caches than whoever is second.
            let isReversed = repetition % 2 == 0
            var results: [String: JSONValue] = [:]
            if !isReversed {
                results = try await measurePeers(repetition)
            }
            var pairs: [(Figures, JSONValue)] = []
            for contest in contests {
                announce(contest.name, repetition)
                pairs.append(try await measure(contest, batonFirst: isReversed))
            }
            if isReversed {
                results = try await measurePeers(repetition)
            }
            for (index, pair) in pairs.enumerated() {
                try comparisons[index].add(pair.0, ceiling: pair.1, peers: results)
            }
        }
        return comparisons
    }

    private func measure(_ contest: Contest, batonFirst: Bool) async throws -> (Figures, JSONValue) {
        let options = contest.rig(options)
        if batonFirst {
            let figures = try await contest.scenario.run(environment, options)
            return (figures, try await kit.ceiling(contest.program, contest.arguments))
        }
        let result = try await kit.ceiling(contest.program, contest.arguments)
        return (try await contest.scenario.run(environment, options), result)
    }

    private func measurePeers(_ repetition: Int) async throws -> [String: JSONValue] {
        // A peer measures everything in one go.
        guard contests.contains(where: { !$0.peerPaths.isEmpty }) else { return [:] }
        var results: [String: JSONValue] = [:]
        for peer in peers {
            announce(peer, repetition)
            results[peer] = try await kit.peer(
                peer,
                jobs: peerJobs,
                rate: Contest.peerRate,
                latencyJobs: peerLatencyJobs
            )
        }
        return results
    }

    private func announce(_ name: String, _ repetition: Int) {
        StandardError.write("\(repetition). \(name)\n")
    }
}
