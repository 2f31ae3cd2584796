import Locking

@testable import Baton

/// An ``InMemoryStorage`` on the test's clock, with faults on demand.
///
/// It also watches: what no correct domain asks for is written down as a violation.
final class FakeStorage: JobStorage {
    /// The calls of ``JobStorage`` and ``JobMonitor``, to aim faults at.
    enum Call: Hashable {
        case insert, eagerInsert, delete, job, history, openSession, saveWatermark, closeSession, releaseMarks
        case claim, claimWaiting, waitForWork, postpone, complete, register, heartbeat, putBackUnheld, deregister
        case promoteDue, survey, certifyDead, requeueOrphans
        case adoptUnpublished, count, tidy, sightPeer, certifyGone
        case openConsumer, findWaiting, openProbe, probes, join, noteReturn, pass, voidProbe, recordLoss, settleLoss
        case requeueLost, requeue, reschedule, saveProgress, retain, pauseQueue, resumeQueue, queuePauses
        case jobs, servers, queues, counters, statistics, disagreements
        case recurring(RecurringCall)
        case submission(SubmissionCall)
    }

    /// What befalls one call.
    enum Fault {
        /// Nothing changes, and the caller knows.
        case unavailable
        /// Nothing changes, and the caller cannot know.
        case lostBeforeCommit
        /// The change is stored, and the caller cannot know.
        case lostAfterCommit
        /// Nothing changes, for good.
        case refused
    }

    private struct Plan {
        var isDown = false
        var faults: [Call: [Fault]] = [:]
        var holdsBefore: [Call: [Gate]] = [:]
        var holdsAfter: [Call: [Gate]] = [:]
        var calls: [Call: Int] = [:]
        var refusesInsert: (@Sendable (NewJob) -> Bool)?
        var refusesEnd: (@Sendable (Completion) -> Bool)?
    }

    let clock: ManualClock
    let inner: InMemoryStorage
    private let watch = StorageWatch()
    private let plan = Locked(Plan())

    init(clock: ManualClock) {
        self.clock = clock
        inner = InMemoryStorage(clock: clock, observer: watch)
    }

    func run() async throws {
        await Gate().pass()
    }

    // MARK: The test's side

    /// Makes the next calls of a kind fail, one fault each.
    func fail(_ call: Call, _ faults: Fault...) {
        plan.withLock { $0.faults[call, default: []] += faults }
    }

    /// Holds the next call of a kind before it changes anything.
    func holdBefore(_ call: Call) -> Gate {
        let gate = Gate()
        plan.withLock { $0.holdsBefore[call, default: []].append(gate) }
        return gate
    }

    /// Holds the answer of the next call of a kind, after its change is stored.
    func holdAnswer(_ call: Call) -> Gate {
        let gate = Gate()
        plan.withLock { $0.holdsAfter[call, default: []].append(gate) }
        return gate
    }

    /// Whether nothing can be reached.
    var isDown: Bool {
        get { plan.withLock { $0.isDown } }
        set { plan.withLock { $0.isDown = newValue } }
    }

    /// Refuses every batch that holds such a job.
    func refuseInserts(_ isRefused: @escaping @Sendable (NewJob) -> Bool) {
        plan.withLock { $0.refusesInsert = isRefused }
    }

    /// Refuses every batch that holds such an end.
    func refuseEnds(_ isRefused: @escaping @Sendable (Completion) -> Bool) {
        plan.withLock { $0.refusesEnd = isRefused }
    }

    func check(_ jobs: [NewJob]) throws(JobStorageError) {
        if let refuses = plan.withLock({ $0.refusesInsert }), jobs.contains(where: refuses) {
            throw JobStorageError(.refused, "Refused, says the test.")
        }
    }

    func check(_ completions: [Completion]) throws(JobStorageError) {
        if let refuses = plan.withLock({ $0.refusesEnd }), completions.contains(where: refuses) {
            throw JobStorageError(.refused, "Refused, says the test.")
        }
    }

    /// How often something was called, whatever came of it.
    func calls(_ call: Call) -> Int {
        plan.withLock { $0.calls[call] ?? 0 }
    }

    /// How often each was called that was.
    var calls: [Call: Int] {
        plan.withLock(\.calls)
    }

    /// How often anything was called.
    var callCount: Int {
        plan.withLock { $0.calls.values.reduce(0, +) }
    }

    /// What a correct domain would not have asked for.
    var violations: [String] {
        watch.violations
    }

    /// Looks at what is stored.
    func read<Answer>(_ body: (InMemoryTables) -> Answer) -> Answer {
        inner.read(body)
    }

    /// Changes what is stored, past the protocol.
    func change(_ body: (inout InMemoryTables) -> Void) {
        inner.change(body)
    }

    /// A job's row.
    func row(_ id: JobID) -> InMemoryTables.Row? {
        read { $0.rows[id] }
    }

    /// The states a job went through.
    func states(_ id: JobID) -> [JobState] {
        row(id)?.history.map(\.state) ?? []
    }

    /// How many ends of a job's runs were stored.
    func completions(of id: JobID) -> Int {
        watch.completions(of: id)
    }

    /// How many tasks wait for work.
    var waiterCount: Int {
        inner.withWaiters { waiters, _ in waiters.count }
    }

    /// What a counter stands at.
    func counter(_ counter: JobCounter) -> Int {
        read { $0.counters[counter] ?? 0 }
    }

    /// As a real storage has one: the whole domain is tested as it lives there.
    let executor: (any TaskExecutor)? = OneThread()

    /// Notes a violation.
    func report(_ violation: String) {
        watch.report(violation)
    }

    /// Notes a row that bears the mark of a session that was never registered.
    func checkSession(of mark: PublishMark?) {
        if let mark, read({ $0.sessions[mark.session] }) == nil {
            report("a row bears the mark of a session that was never registered")
        }
    }

    /// Invariant I3, at each acknowledgement: storage has durably taken over, or the broker has the message elsewhere.
    func checkAcknowledged(_ message: DispatchMessage, isSafe: Bool) {
        guard !isSafe else { return }
        guard let row = self.row(message.id) else {
            return report("I3: a message without a row was acknowledged unparked")
        }
        if row.state == .enqueued, row.generation == message.generation {
            report("I3: \(message.id) was acknowledged while enqueued at that generation")
        }
    }

    // MARK: Calls

    /// Carries one call, with the fault that awaits it.
    func answer<Answer: Sendable>(
        _ call: Call,
        _ body: (InMemoryStorage) async throws(JobStorageError) -> Answer
    ) async throws(JobStorageError) -> Answer {
        let before = plan.withLock { plan in
            plan.calls[call, default: 0] += 1
            return plan.holdsBefore[call]?.popFirst()
        }
        await before?.pass()
        if Task.isCancelled {
            throw JobStorageError(.unavailable, "The caller was cancelled.")
        }
        let (isDown, fault, after) = plan.withLock { plan in
            if plan.isDown { return (true, Fault?.none, Gate?.none) }
            return (false, plan.faults[call]?.popFirst(), plan.holdsAfter[call]?.popFirst())
        }
        switch fault {
        case _ where isDown, .unavailable: throw JobStorageError(.unavailable, "Storage is down, says the test.")
        case .lostBeforeCommit: throw JobStorageError(.outcomeUnknown, "The answer was lost, says the test.")
        case .refused: throw JobStorageError(.refused, "Refused, says the test.")
        case .lostAfterCommit, nil: break
        }
        let answer = try await body(inner)
        await after?.pass()
        if fault == .lostAfterCommit || after != nil && Task.isCancelled {
            throw JobStorageError(.outcomeUnknown, "The answer was lost, says the test.")
        }
        return answer
    }
}

extension Array {
    fileprivate mutating func popFirst() -> Element? {
        isEmpty ? nil : removeFirst()
    }
}
