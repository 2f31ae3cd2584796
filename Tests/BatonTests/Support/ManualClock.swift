import Baton
import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Time that passes when the test says so.
final class ManualClock: JobClock {
    private struct Sleeper {
        let deadline: JobInstant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = JobInstant(offset: .zero)
        var tickets = 0
        var isCancelled: Set<Int> = []
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())
    private static let epoch = Date(timeIntervalSince1970: 1_790_000_000)

    var now: JobInstant {
        state.withLock { $0.now }
    }

    var date: Date {
        date(at: now)
    }

    func date(at instant: JobInstant) -> Date {
        Self.date(at: instant)
    }

    /// What the clock says when it reads so.
    static func date(at instant: JobInstant) -> Date {
        epoch.addingTimeInterval(instant.offset / .seconds(1))
    }

    func sleep(until deadline: JobInstant) async throws {
        try Task.checkCancellation()
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (result, watchers) = enter(ticket, Sleeper(deadline: deadline, continuation: continuation))
                if let result { continuation.resume(with: result) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: ticket)
                if sleeper == nil { state.isCancelled.insert(ticket) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func enter(
        _ ticket: Int,
        _ sleeper: Sleeper
    ) -> (result: Result<Void, any Error>?, watchers: [CheckedContinuation<Void, Never>]) {
        state.withLock { state in
            if state.isCancelled.remove(ticket) != nil { return (.failure(CancellationError()), []) }
            if sleeper.deadline <= state.now { return (.success(()), []) }
            state.sleepers[ticket] = sleeper
            let count = state.sleepers.count
            let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (nil, ready)
        }
    }

    // MARK: The test's side

    /// How often anybody went to sleep.
    var sleepCount: Int {
        state.withLock { $0.tickets }
    }

    /// How many tasks sleep.
    var sleeperCount: Int {
        state.withLock { $0.sleepers.count }
    }

    /// When the next sleeper is to wake.
    var nextDeadline: JobInstant? {
        state.withLock { $0.sleepers.values.map(\.deadline).min() }
    }

    /// Waits until so many tasks sleep.
    func sleepers(reach count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Moves time at once and wakes whom it passes.
    func jump(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let now = state.now
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for ticket in due.keys { state.sleepers[ticket] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
