/// How many jobs a server claims beyond its free threads.
///
/// A claim is a round trip and a commit, in which threads whose jobs are short would idle. So a server claims ahead what
/// its threads get through within ``horizon``: nothing where jobs take long, a batch where they take microseconds.
struct ClaimAhead: Sendable {
    /// How long a claimed job may wait for a thread: about as long as a claim of a full batch takes.
    static let horizon = Duration.milliseconds(10)
    /// The most jobs claimed ahead; beyond it a batch costs each job hardly less.
    static let limit = 512

    private let concurrency: Int
    /// What a run takes; a longer one counts at once, shorter ones bit by bit.
    private var typical: Duration?

    /// Claims nothing ahead, until runs have ended.
    ///
    /// - Parameter concurrency: How many threads there are.
    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    /// How many jobs to claim beyond the free threads.
    var count: Int {
        guard let typical else { return 0 }
        let share = Self.horizon / max(typical, .microseconds(1))
        return Int(min(share * Double(concurrency), Double(Self.limit)))
    }

    /// Takes a run into account.
    ///
    /// - Parameter duration: How long it took.
    mutating func note(_ duration: Duration) {
        typical = typical.map { max(duration, $0 + (duration - $0) / 16) } ?? duration
    }
}
