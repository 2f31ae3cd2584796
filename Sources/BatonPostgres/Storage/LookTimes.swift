internal import Baton
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// When the active table was last looked through, by the database's clock.
///
/// Looking through it is dear once it is large, and then done at most once a minute for each purpose.
actor LookTimes {
    /// What it was looked through for.
    enum Purpose: Hashable {
        case runs(of: ServerEpoch)
        case orphans
    }

    private var times: [Purpose: Date] = [:]

    /// When it was last done.
    func last(_ purpose: Purpose) -> Date? { times[purpose] }

    /// Notes that it has been done.
    func note(_ purpose: Purpose, at date: Date) { times[purpose] = date }

    /// Forgets a purpose that does not come back.
    func forget(_ purpose: Purpose) { times[purpose] = nil }
}
