import Locking
import Logging

/// The sessions under which a server consumes its queues, registered before the broker is asked to deliver
/// (PROTOCOL section 4).
///
/// One call to storage at a time: sessions replace each other in the order in which they were made.
final class ConsumerSessions: Sendable {
    /// A registration that storage may not have answered.
    private struct Opening {
        let session: ConsumerSession
        let owner: ServerEpoch
        let replaced: ConsumerSession?
    }

    private struct State {
        var owner: ServerEpoch
        var current: [String: ConsumerSession] = [:]
        var unanswered: [String: Opening] = [:]
        /// Queues whose sessions are to be replaced, and who waits for it.
        var requested: Set<String> = []
        var callers: [(ticket: UInt64, queue: String, continuation: CheckedContinuation<Bool, Never>)] = []
        var tickets: UInt64 = 0
        /// Since when somebody has waited.
        var waitingSince: JobInstant?
        var isClosed = false
    }

    private let storage: any JobStorage
    private let environment: JobEnvironment
    private let logger: Logger
    private let state: Locked<State>
    private let wakeup = Wakeup()
    /// Rung when somebody begins to wait, and when nobody waits any more.
    private let waits: Wakeup

    /// Creates a server's sessions, of which there are none yet.
    ///
    /// - Parameters:
    ///   - storage: Where they are registered.
    ///   - environment: Time and randomness.
    ///   - owner: The server's first epoch.
    ///   - waits: Rung when somebody begins to wait for a session, and when nobody waits any more.
    ///   - logger: Where it logs.
    init(storage: any JobStorage, environment: JobEnvironment, owner: ServerEpoch, waits: Wakeup, logger: Logger) {
        self.waits = waits
        self.storage = storage
        self.environment = environment
        self.logger = logger
        state = Locked(State(owner: owner))
    }

    /// The session of each queue that is consumed, as of now; it may not be registered yet.
    var current: [String: ConsumerSession] {
        state.withLock { $0.current }
    }

    /// Since when a connection has waited for a session, if one does.
    var waitingSince: JobInstant? {
        state.withLock { $0.waitingSince }
    }

    // MARK: Asking

    /// Registers a new session of a queue, in place of the one before.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: Whether it is registered; not when the server ends, or the caller is cancelled.
    func willConsume(_ queue: String) async -> Bool {
        if environment.defects.contains(.trustsProbeAcrossReconnect), current[queue] != nil { return true }
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRefused = state.withLock { state in
                    // A cancellation that came before this point found nobody to resume.
                    guard !state.isClosed, !Task.isCancelled else { return true }
                    state.requested.insert(queue)
                    state.callers.append((ticket, queue, continuation))
                    state.waitingSince = state.waitingSince ?? environment.clock.now
                    return false
                }
                if isRefused { return continuation.resume(returning: false) }
                wakeup.ring()
                waits.ring()
            }
        } onCancel: {
            resume(returning: false) { $0 == ticket && $1 == queue }
        }
    }

    /// Replaces the sessions of all queues: those of an epoch end with it.
    ///
    /// - Parameter owner: The epoch that takes over.
    func move(to owner: ServerEpoch) {
        state.withLock { state in
            state.owner = owner
            state.requested.formUnion(state.current.keys)
        }
        wakeup.ring()
    }

    /// Registers none any more: the server leaves.
    func close() {
        state.withLock { $0.isClosed = true }
        resume(returning: false) { _, _ in true }
    }

    private func resume(returning isRegistered: Bool, where isMeant: (UInt64, String) -> Bool) {
        let callers = state.withLock { state in
            let callers = state.callers.filter { isMeant($0.ticket, $0.queue) }
            state.callers.removeAll { isMeant($0.ticket, $0.queue) }
            if state.callers.isEmpty { state.waitingSince = nil }
            return callers
        }
        waits.ring()
        for caller in callers { caller.continuation.resume(returning: isRegistered) }
    }

    // MARK: Registering

    /// Registers sessions until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        defer { close() }
        while true {
            try await wakeup.wait()
            while let queue = state.withLock({ $0.isClosed ? nil : $0.requested.min() }) {
                try await replace(queue)
            }
        }
    }

    /// One session for all who ask together: they ask before anything is delivered to any of them.
    ///
    /// Where storage does not take the epoch for alive, they wait for the one that takes over.
    private func replace(_ queue: String) async throws {
        // Whether it is registered is not known, so it cannot be left out of the row of those that replace each other.
        if let unanswered = state.withLock({ $0.unanswered[queue] }) {
            _ = try await register(unanswered, of: queue)
        }
        let session = ConsumerSession(environment.makeUUID())
        let (opening, tickets) = state.withLock { state in
            state.requested.remove(queue)
            let opening = Opening(session: session, owner: state.owner, replaced: state.current[queue])
            state.current[queue] = session
            state.unanswered[queue] = opening
            return (opening, Set(state.callers.filter { $0.queue == queue }.map(\.ticket)))
        }
        guard try await register(opening, of: queue) else {
            logger.debug("a consumer session waits for another epoch", metadata: ["queue": "\(queue)"])
            return
        }
        // Nothing was ever delivered before the first session: it does for whoever has asked meanwhile, and none ends at a
        // start, after which no round could begin for a while.
        let isForAll = opening.replaced == nil
        if isForAll {
            state.withLock { state in
                if state.owner == opening.owner { state.requested.remove(queue) }
            }
        }
        resume(returning: true) { ticket, name in tickets.contains(ticket) || isForAll && name == queue }
    }

    /// Registers a session.
    ///
    /// - Returns: Whether it is registered; not where its epoch is dead.
    private func register(_ opening: Opening, of queue: String) async throws -> Bool {
        var backoff = Backoff()
        while true {
            do throws(JobStorageError) {
                let isOpen = try await storage.openConsumer(
                    opening.session,
                    of: queue,
                    owner: opening.owner,
                    replacing: opening.replaced
                )
                state.withLock { _ = $0.unanswered.removeValue(forKey: queue) }
                return isOpen
            } catch {
                guard error.isTransient else { throw error }
                let delay = backoff.next(environment.random)
                logger.debug(
                    "registering a consumer session failed, trying again",
                    metadata: ["queue": "\(queue)", "error": "\(error)", "delay": "\(delay)"]
                )
                try await environment.clock.sleep(for: delay)
            }
        }
    }
}
