import Baton
import Locking

/// Watches everything that happens to jobs, and holds it against the protocol's invariants (PROTOCOL section 5).
final class SimulationLedger: Sendable {
    struct Row: Hashable {
        var state: JobState
        var generation: Int
        var owner: ServerEpoch?
        var claim: Int64?
        var run: Int
        var attempt: Int
    }

    struct Token: Hashable {
        let id: JobID
        let owner: ServerEpoch
        let claim: Int64
    }

    struct RunKey: Hashable {
        let id: JobID
        let run: Int
    }

    struct Body {
        let run: Int
        let process: Int
        let owner: ServerEpoch?
    }

    struct State {
        /// In order of appearance.
        var ids: [JobID] = []
        var numbers: [JobID: Int] = [:]
        var rows: [JobID: Row] = [:]
        var tokens: Set<Token> = []
        var owners: [RunKey: ServerEpoch] = [:]
        var attempts: [Token: Int] = [:]
        var bodies: [JobID: [Body]] = [:]
        var parked: Set<DispatchMessage> = []
        var starts = 0
        var eagerStarts = 0
        var violation: String?
    }

    private let storage: InMemoryStorage
    private let state = Locked(State())

    init(storage: InMemoryStorage) {
        self.storage = storage
    }

    /// The first violation.
    var violation: String? {
        state.withLock { $0.violation }
    }

    /// How many runs have begun.
    var starts: Int {
        state.withLock { $0.starts }
    }

    /// How many jobs were a server's as they were stored.
    var eagerStarts: Int {
        state.withLock { $0.eagerStarts }
    }

    /// A job's number in the order of appearance, for people.
    func name(_ id: JobID) -> String {
        state.withLock { $0.numbers[id].map { "job\($0)" } ?? "job?" }
    }

    /// Notes that something is not as it must be.
    func report(_ violation: String) {
        state.withLock { state in
            if state.violation == nil { state.violation = violation }
        }
    }

    // MARK: Rows

    /// Compares the rows with what they were before a call.
    ///
    /// - Parameter act: What was called.
    func check(_ act: SimulationAct) {
        storage.read { tables in
            state.withLock { state in
                for id in state.ids {
                    guard let old = state.rows[id] else { continue }
                    guard let row = tables.rows[id] else {
                        state.violation = state.violation ?? "job\(state.numbers[id] ?? 0) is gone, after \(act)"
                        continue
                    }
                    let new = Self.seen(row)
                    guard new != old else { continue }
                    state.rows[id] = new
                    if let violation = Self.violation(id, old, new, act, tables, &state) {
                        state.violation = state.violation ?? "\(violation) (job\(state.numbers[id] ?? 0), after \(act))"
                    }
                    Self.note(id, new, &state)
                }
                guard tables.rows.count > state.ids.count else { return }
                let unknown = tables.rows.values.map(\.job.id).filter { state.numbers[$0] == nil }
                for id in unknown.sorted(by: { $0.uuid < $1.uuid }) {
                    state.ids.append(id)
                    state.numbers[id] = state.ids.count
                    guard let row = tables.rows[id] else { continue }
                    let new = Self.seen(row)
                    state.rows[id] = new
                    state.violation = state.violation ?? Self.violation(madeBy: act, id, new, tables, &state)
                    Self.note(id, new, &state)
                }
            }
        }
    }

    private static func note(_ id: JobID, _ row: Row, _ state: inout State) {
        guard row.state == .processing, let owner = row.owner, let claim = row.claim else { return }
        state.owners[RunKey(id: id, run: row.run)] = owner
        state.attempts[Token(id: id, owner: owner, claim: claim)] = row.attempt
    }

    private static func seen(_ row: InMemoryTables.Row) -> Row {
        Row(
            state: row.state,
            generation: row.generation,
            owner: row.owner,
            claim: row.claim,
            run: row.run,
            attempt: row.attempt
        )
    }

    /// At which attempt a claim was made.
    func attempt(_ id: JobID, _ owner: ServerEpoch, _ claim: Int64) -> Int? {
        state.withLock { $0.attempts[Token(id: id, owner: owner, claim: claim)] }
    }

    // MARK: Messages

    /// Notes that a message without a row was set aside.
    func parked(_ message: DispatchMessage) {
        state.withLock { _ = $0.parked.insert(message) }
    }

    /// Holds an acknowledgement against I3.
    ///
    /// - Parameters:
    ///   - message: What is acknowledged.
    ///   - hasCopy: Whether the broker has another copy that takes its place.
    func acknowledged(_ message: DispatchMessage, hasCopy: () -> Bool) {
        let row = storage.read { tables in tables.rows[message.id].map { ($0.state, $0.generation) } }
        guard let (rowState, generation) = row else {
            if state.withLock({ !$0.parked.contains(message) }) {
                report("I3: a message without a row was acknowledged, and not set aside")
            }
            return
        }
        if rowState == .enqueued, generation == message.generation, !hasCopy() {
            report("I3: the message of \(name(message.id)) was acknowledged while it is enqueued at that generation")
        }
    }

    // MARK: Runs

    /// Notes that a job's own code begins.
    func began(_ id: JobID, run: Int, process: Int) {
        let dead = storage.read { tables in Set(tables.servers.filter { $0.value.isDead }.map(\.key)) }
        let known = storage.read { tables in Set(tables.servers.keys) }
        state.withLock { state in
            state.starts += 1
            let isAlive = { (owner: ServerEpoch?) in owner.map { known.contains($0) && !dead.contains($0) } ?? false }
            // A server that is dead and has not heard of it may begin what it claimed before; its end is fenced.
            let owner = state.owners[RunKey(id: id, run: run)]
            for body in state.bodies[id] ?? [] where isAlive(owner) && isAlive(body.owner) {
                state.violation =
                    state.violation
                        ?? """
                        I2: job\(state.numbers[id] ?? 0) began run \(run) in process \(process) while run \(body.run) goes \
                        on in process \(body.process), which is not certified dead
                        """
            }
            if owner == nil {
                state.violation = state.violation ?? "I1: a run began that no claim had been made for"
            }
            state.bodies[id, default: []].append(Body(run: run, process: process, owner: owner))
        }
    }

    /// Notes that a job's own code is over.
    func ended(_ id: JobID, run: Int, process: Int) {
        state.withLock { state in
            state.bodies[id]?.removeAll { $0.run == run && $0.process == process }
        }
    }

    /// Notes that a process is gone, and all that ran in it.
    func died(_ process: Int) {
        state.withLock { state in
            for id in state.ids {
                state.bodies[id]?.removeAll { $0.process == process }
            }
        }
    }

    // MARK: Promises

    /// Notes that a caller was told that a job is stored.
    func promised(_ id: JobID) {
        let isThere = storage.read { $0.rows[id] != nil }
        if !isThere { report("a caller was told that a job is stored, and it is not") }
    }

    /// Holds the ends of all jobs against what each was promised: as many attempts as it has.
    ///
    /// - Returns: What is wrong with one of them.
    func brokenPromise() -> String? {
        storage.read { tables in
            tables.rows.values.first { $0.state == .failed && $0.attempt < $0.job.maximumAttempts }.map {
                "\(name($0.job.id)) failed at attempt \($0.attempt) of \($0.job.maximumAttempts)"
            }
        }
    }
}
