internal import Baton
internal import Logging
internal import PostgresClient

/// Waits for jobs without asking again and again: arms queues and listens, over a connection of its own, for whoever
/// enqueues.
///
/// The connection is made when somebody first waits. What is missed while it is lost, or by an enqueue that was under way
/// while a queue was armed, is found by the caller's own looks.
actor WorkListener {
    private struct Waiter {
        var queues: [String]
        var continuation: CheckedContinuation<Void, Never>
    }

    private static let retryInterval = Duration.seconds(5)

    private let notifications: PostgresNotifications?
    private let logger: Logger
    private let wanted: AsyncStream<Void>
    private let want: AsyncStream<Void>.Continuation
    private var queues = ArmedQueues()
    /// How many nudges those who wait for some queues have heeded.
    private var nudgesHeeded: [[String]: Int] = [:]
    private var isListening = false
    private var waiters: [Int: Waiter] = [:]
    /// Those whose time was over before they had begun to wait.
    private var late: Set<Int> = []
    private var lastWaiter = 0

    /// Makes a listener that does nothing until it is run.
    ///
    /// - Parameters:
    ///   - notifications: What is said of work; nil where there is no namespace.
    ///   - logger: Where losses go.
    init(_ notifications: PostgresNotifications?, logger: Logger) {
        self.notifications = notifications
        self.logger = logger
        (wanted, want) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Listens from the first wait on, until cancelled.
    func run() async {
        for await _ in wanted { break }
        while !Task.isCancelled, let notifications {
            var events = notifications.makeAsyncIterator()
            do throws(PostgresError) {
                while let event = try await events.next() { take(event) }
            } catch {
                logger.debug("nobody listens for work; it is looked for", metadata: ["error": "\(error)"])
            }
            isListening = false
            wake { $0.queues == DoorSign.all }
            // Cancelled, there is nothing left to wait for.
            try? await Task.sleep(for: Self.retryInterval)
        }
    }

    /// Waits until a job may have been put into one of the queues.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - patience: How long at most.
    ///   - arm: Arms the queues, which are sorted.
    /// - Throws: What the closure throws.
    func wait(
        for queues: [String],
        atMost patience: Duration,
        arming arm: @Sendable ([String]) async throws(JobStorageError) -> Void
    ) async throws(JobStorageError) {
        want.yield()
        // One that came while the caller was looking, which may have been too early.
        let isNudged = nudgesHeeded[queues, default: 0] != self.queues.nudges
        defer { nudgesHeeded[queues] = self.queues.nudges }
        if isNudged { return }
        let signs = self.queues.signs(of: queues)
        guard isListening else { return await sleep(for: queues, signs, atMost: patience) }
        switch self.queues.step(for: queues, at: .now) {
        case .arm:
            try await arm(queues.sorted())
            self.queues.arm(queues, signs: signs, at: .now)
        case .settle(let time): await sleep(for: queues, signs, atMost: min(time, patience))
        case .wait: await sleep(for: queues, signs, atMost: patience)
        }
    }

    /// What is known of jobs that come in by SQL.
    var door: DoorSigns {
        DoorSigns(
            isListening: isListening,
            resets: queues.resets,
            ready: queues.count(of: DoorSign.ready.rawValue),
            scheduled: queues.count(of: DoorSign.scheduled.rawValue),
            disarmed: queues.count(of: DoorSign.disarmed.rawValue)
        )
    }

    /// Waits until there is news of jobs that come in by SQL, or somewhat shorter.
    ///
    /// - Parameters:
    ///   - known: What is known already.
    ///   - patience: How long at most.
    func waitAtDoor(knowing known: DoorSigns, atMost patience: Duration) async {
        want.yield()
        let signs = queues.signs(of: DoorSign.all)
        if door == known { await sleep(for: DoorSign.all, signs, atMost: patience) }
    }

    /// Wakes those who wait for jobs in queues: one may be there of which nobody has told them.
    func nudge() {
        queues.nudge()
        wake { $0.queues != DoorSign.all }
    }

    private func take(_ event: PostgresNotifications.Event) {
        switch event {
        case .listening:
            isListening = true
            queues.reset()
            wake { _ in true }
        case .notification(let notification):
            queues.tell(notification.payload)
            wake { $0.queues.contains(notification.payload) }
        }
    }

    // MARK: Waiters

    private func sleep(for queues: [String], _ signs: Int, atMost patience: Duration) async {
        lastWaiter += 1
        let waiter = lastWaiter
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.enter(waiter, queues, signs) }
            group.addTask {
                // Ends early when the caller is cancelled, or below when it was woken.
                try? await Task.sleep(for: patience)
                await self.wake(waiter)
            }
            await group.next()
            group.cancelAll()
        }
        late.remove(waiter)
    }

    private func enter(_ waiter: Int, _ queues: [String], _ signs: Int) async {
        guard !Task.isCancelled, !late.contains(waiter), self.queues.signs(of: queues) == signs else { return }
        await withCheckedContinuation { waiters[waiter] = Waiter(queues: queues, continuation: $0) }
    }

    private func wake(_ waiter: Int) {
        guard let entered = waiters.removeValue(forKey: waiter) else {
            late.insert(waiter)
            return
        }
        entered.continuation.resume()
    }

    private func wake(where isMeant: (Waiter) -> Bool) {
        for waiter in waiters.filter({ isMeant($0.value) }).keys { wake(waiter) }
    }
}
