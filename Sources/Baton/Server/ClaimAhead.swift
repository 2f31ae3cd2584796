/// How many jobs a server claims beyond its free threads.
///
/// A claim is a round trip and a commit, in which threads whose jobs are short would idle. So a server claims ahead what
/// its threads get through within ``horizon``: nothing where jobs take long, a batch where they take microseconds.
struct ClaimAhead: Sendable {
    /// How long a claimed job may wait for a thread: about as long as a claim of a full batch takes.
    static let horizon = Duration.milliseconds(10)
    /// The most jobs claimed ahead; beyond it a batch costs each job hardly less.
    static let limit = 512

    /// What a run takes, `nil` until one has ended.
    ///
    /// A longer one counts at once, shorter ones bit by bit.
    private(set) var typical: Duration?

    /// Whether a thread gets through several runs within the horizon.
    var hasShortRuns: Bool {
        typical.map { $0 < Self.horizon } ?? false
    }

    /// How many jobs to claim beyond the free threads.
    ///
    /// - Parameter threads: How many threads may take another run in a moment.
    /// - Returns: How many.
    func count(threads: Int) -> Int {
        guard let typical else { return 0 }
        let share = Self.horizon / max(typical, .microseconds(1))
        return Int(min(share * Double(threads), Double(Self.limit)))
    }

    /// Takes a run into account.
    ///
    /// - Parameter duration: How long it took.
    mutating func note(_ duration: Duration) {
        typical = typical.map { max(duration, $0 + (duration - $0) / 16) } ?? duration
    }
}
