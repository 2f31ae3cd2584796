import Baton
import Foundation
import Histogram

/// What became of the occurrences of a recurring entry.
struct OccurrenceTally: Sendable {
    /// When they were due, in nanoseconds of ``MonotonicClock``, each with the jobs that say they are of it.
    let occurrences: [(dueAt: UInt64, jobs: [JobID])]
    /// When the jobs started, by the same clock.
    let starts: [JobID: [UInt64]]
    /// The jobs that succeeded.
    let succeeded: Set<JobID>
    /// When some server was not there.
    let windows: [ClosedRange<UInt64>]

    /// Takes in all that it knows.
    ///
    /// - Parameter figures: Where to.
    func report(to figures: inout Figures) {
        let jobs = occurrences.flatMap(\.jobs)
        figures[.occurrencesDue] = Double(occurrences.count)
        figures[.occurrencesMade] = Double(occurrences.count { !$0.jobs.isEmpty })
        figures[.occurrencesDoubled] = Double(occurrences.count { $0.jobs.count > 1 })
        figures[.occurrencesMissing] = Double(occurrences.count(where: \.jobs.isEmpty))
        figures[.jobsLost] = Double(jobs.count { !succeeded.contains($0) })
        figures[.startedTwice] = Double(jobs.count { starts[$0, default: []].count > 1 })
        figures.setStarts(lateness { _ in true })
        let up = { (due: UInt64) in !windows.contains { $0.contains(due) } }
        let lateness = lateness(up)
        figures[.upCount] = Double(occurrences.count { up($0.dueAt) })
        (figures[.upStartP50], figures[.upStartP99]) = (lateness?.p50, lateness?.p99)
        figures[.upStartMax] = lateness?.max
    }

    /// From due to the first start.
    private func lateness(_ isWanted: (UInt64) -> Bool) -> Percentiles? {
        var histogram = Histogram<UInt64>(
            highestTrackableValue: 3_600_000_000_000,
            numberOfSignificantValueDigits: .three
        )
        for (due, jobs) in occurrences where isWanted(due) {
            guard let start = jobs.compactMap({ starts[$0]?.min() }).min() else { continue }
            // Two clocks are compared, whose difference is known to a fraction of a millisecond.
            _ = histogram.record(start > due ? start - due : 0)
        }
        return Percentiles(nanoseconds: histogram)
    }
}
