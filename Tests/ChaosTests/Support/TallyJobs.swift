import BatonMacros
import EndToEndSupport
import Locking

/// How often each job of a test ran, kept where no fault of a server reaches it.
final class Tally: Sendable {
    private let runs = Locked<[Int: Int]>([:])

    /// Counts a run.
    func count(_ number: Int) {
        runs.withLock { $0[number, default: 0] += 1 }
    }

    /// What a tally is of which each job ran once.
    static func once(_ numbers: some Sequence<Int>) -> [Int: Int] {
        Dictionary(numbers.map { ($0, 1) }) { first, _ in first }
    }

    /// How often each job ran.
    var all: [Int: Int] {
        runs.withLock { $0 }
    }
}

/// Jobs that count their runs.
@Jobs
struct TallyJobs: Sendable {
    let tally: Tally

    /// Counts its run, and takes a moment.
    @Job("chaos.tally")
    func tally(number: Int, milliseconds: Int = 0) async throws -> Int {
        tally.count(number)
        try await Task.sleep(for: .milliseconds(milliseconds))
        return number
    }
}
