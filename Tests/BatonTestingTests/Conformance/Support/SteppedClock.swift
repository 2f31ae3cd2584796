import Baton
import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Time that passes in steps, when a trial says so.
final class SteppedClock: JobClock {
    private let time = Locked(JobInstant(offset: .zero))
    private let start = Date(timeIntervalSince1970: 1_790_000_000)

    var now: JobInstant {
        time.withLock { $0 }
    }

    var date: Date {
        start.addingTimeInterval(now.offset / .seconds(1))
    }

    func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }

    func sleep(until deadline: JobInstant) async throws {
        while now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
