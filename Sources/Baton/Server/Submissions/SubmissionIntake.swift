import Locking
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Takes submissions in: each becomes a job that is claimed at once where a thread is free, or an enqueued one, or a reject;
/// only then is it acknowledged (PROTOCOL move 8).
struct SubmissionIntake: Sendable {
    /// A delivery that is a job.
    struct Item: Sendable {
        let delivery: SubmissionDelivery
        var submission: Submission
        var filters: [any JobCreationFilter] = []
    }

    /// How many are stored by one statement at most.
    static let batchSize = 256
    /// How many bytes of bodies go into one statement at most.
    static let batchBytes = 8 << 20

    let core: ServerCore
    let consumer: any SubmissionConsumer
    let options: SubmissionOptions
    private let parser: SubmissionParser
    private let gate: SubmissionGate
    /// What is no job, to be kept and published.
    private let rejects = Inbox<RejectedDelivery>()

    init(core: ServerCore, consumer: any SubmissionConsumer, options: SubmissionOptions) {
        self.core = core
        self.consumer = consumer
        self.options = options
        parser = SubmissionParser(
            maximumAttempts: core.client.configuration.defaultMaximumAttempts,
            requiresUser: options.requiresUser
        ) { [registry = core.registry] in registry[$0]?.options }
        gate = SubmissionGate(core: core, consumer: consumer, limit: options.maximumBacklog)
    }

    /// Takes submissions until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: core.storage.executor) { try await self.take() }
            group.addTask { try await self.consumer.run() }
            group.addTask {
                try await RejectProcess(core: self.core, consumer: self.consumer, rejects: self.rejects).run()
            }
            group.addTask { try await self.gate.run() }
            defer { group.cancelAll() }
            for try await _ in group {}
        }
    }

    private func take() async throws {
        while let deliveries = await consumer.next() {
            for batch in deliveries.parts(of: Self.batchSize, bytes: Self.batchBytes, \.message.body.count) {
                try await take(batch)
            }
        }
    }

    private func take(_ batch: [SubmissionDelivery]) async throws {
        let isStopping = core.table.withLock { table in
            if !table.isStopping { table.beginSettling() }
            return table.isStopping
        }
        if isStopping { return await consumer.giveBack(batch) }
        defer {
            core.table.withLock { $0.endSettling() }
            core.progress.ring()
        }
        try await store(try await checked(batch))
    }

    // MARK: Checking

    /// Sorts out what is no job.
    private func checked(_ deliveries: [SubmissionDelivery]) async throws -> [Item] {
        let now = core.clock.date
        var items: [Item] = []
        for delivery in deliveries {
            do throws(SubmissionReject) {
                items.append(Item(delivery: delivery, submission: try parser.parse(delivery.message, at: now)))
            } catch {
                reject(delivery, error)
            }
        }
        let foreign = Set(items.lazy.map(\.submission.job.name).filter { core.registry[$0] == nil }).sorted()
        var served: Set<String> = []
        if !foreign.isEmpty {
            served = try await core.retrying("asking for jobs of other servers") { () throws(JobStorageError) in
                try await core.storage.servedNames(of: foreign)
            }
        }
        var passed: [Item] = []
        for var item in items {
            do throws(SubmissionReject) {
                try await pass(&item, served)
                passed.append(item)
            } catch {
                reject(item.delivery, error)
            }
        }
        return passed
    }

    /// Holds a submission against what is known of its job, and asks the filters.
    private func pass(_ item: inout Item, _ served: Set<String>) async throws(SubmissionReject) {
        let job = item.submission.job
        let registered = core.registry[job.name]
        guard registered != nil || served.contains(job.name) else {
            throw SubmissionReject(.unknownType, "No live server knows the job “\(job.name.prefix(100))”.")
        }
        do throws(JobError) {
            try registered?.check(arguments: job.arguments)
        } catch {
            throw SubmissionReject(.argumentsUndecodable, error.message)
        }
        item.filters = core.client.filters.creation.followed(by: registered?.filters.creation ?? [])
        if !item.filters.isEmpty {
            do {
                for asked in try await item.filters.asked(for: [job]) { item.submission.job = asked }
            } catch {
                throw SubmissionReject(.refusedByFilter, "A filter does not want it: \(error)")
            }
        }
        // A filter may have sent it to another queue.
        item.submission.isClaimable = registered != nil && core.queues.contains(item.submission.job.queue)
    }

    private func reject(_ delivery: SubmissionDelivery, _ reject: SubmissionReject) {
        core.logger.debug("submission rejected", metadata: ["reject.code": "\(reject.code)"])
        let kept = RejectedSubmission(
            id: core.environment.makeJobID(),
            at: core.clock.date,
            reject: reject,
            message: delivery.message
        )
        rejects.append(CollectionOfOne(RejectedDelivery(delivery: delivery, reject: kept)))
    }

    // MARK: Storing

    /// Stores submissions, again and again until the outcome is certain.
    ///
    /// Each try claims under a number of its own: what a lost answer has claimed is a duplicate at the next try, and the audit
    /// puts it back.
    private func store(_ items: [Item]) async throws {
        var (items, backoff) = (items, Backoff())
        while !items.isEmpty {
            let (owner, claim) = core.nextClaim()
            let room = core.table.withLock { table in
                // Of a paused queue it is enqueued only.
                for index in items.indices where table.paused.contains(items[index].submission.job.queue) {
                    items[index].submission.isClaimable = false
                }
                let claimable = items.count { $0.submission.isClaimable }
                return table.beginSubmission(claim, wanted: claimable, at: core.clock.now)
            }
            do throws(JobStorageError) {
                let outcomes = try await submit(
                    items.map(\.submission),
                    SubmissionClaim(owner: owner, claim: claim, limit: room)
                )
                let left = await settle(items, outcomes, owner, claim)
                if left.isEmpty { return }
                items = left
                try? await core.replaceEpoch(owner)
                try? await core.clock.sleep(for: .milliseconds(20))
            } catch {
                core.endIntake(claim)
                if error.code == .refused, error.blamesInput { return try await storeRefused(items, error) }
                guard error.isTransient || error.code == .refused else { throw error }
                let delay = backoff.next(core.environment.random)
                core.logger.log(
                    level: error.isTransient ? .debug : .error,
                    "storing submissions failed, trying again",
                    metadata: ["error": "\(error)", "delay": "\(delay)"]
                )
                try await core.clock.sleep(for: delay)
            }
            try Task.checkCancellation()
        }
    }

    /// One try, with marks for those that may be enqueued.
    private func submit(
        _ submissions: [Submission],
        _ claim: SubmissionClaim
    ) async throws(JobStorageError) -> [SubmissionOutcome] {
        let claimable = submissions.count { $0.isClaimable }
        let enqueued = submissions.count - claimable + max(0, claimable - claim.limit)
        let publisher = core.client.publisher
        let marks = enqueued > 0 ? try await publisher.reserve(enqueued) : PublishMarkRange(unmarked: 0)
        do throws(JobStorageError) {
            let outcomes = try await core.storage.submit(
                submissions,
                marks: marks,
                window: options.window,
                claim: claim
            )
            let dispatches = outcomes.compactMap { if case .enqueued(let dispatch) = $0 { dispatch } else { nil } }
            publisher.publish(dispatches, of: marks)
            return outcomes
        } catch {
            if error.code == .outcomeUnknown {
                publisher.abandon(marks)
            } else {
                publisher.publish([], of: marks)
            }
            throw error
        }
    }

    /// Finds the submission that storage refuses, so that it harms no other.
    private func storeRefused(_ items: [Item], _ error: JobStorageError) async throws {
        guard items.count == 1, let item = items.first else {
            for item in items { try await store([item]) }
            return
        }
        reject(item.delivery, SubmissionReject(.refusedByStorage, error.message))
    }

    /// Starts what is claimed, and acknowledges what is stored.
    ///
    /// - Returns: What is not stored, since the server's epoch is dead.
    private func settle(
        _ items: [Item],
        _ outcomes: [SubmissionOutcome],
        _ owner: ServerEpoch,
        _ claim: Int64
    ) async -> [Item] {
        let claimed = outcomes.compactMap { if case .claimed(let job) = $0 { job } else { nil } }
        core.beginStored(claimed, owner: owner, claim: claim)
        var (stored, left, duplicates): ([Item], [Item], Int) = ([], [], 0)
        var due: [Duration] = []
        for (item, outcome) in zip(items, outcomes) {
            switch outcome {
            case .ownEpochIsDead: left.append(item)
            case .expired: reject(item.delivery, Self.expired)
            case .tooOld: reject(item.delivery, tooOld)
            case .duplicate:
                duplicates += 1
                stored.append(item)
            case .scheduled(_, let date):
                due.append(.seconds(date.timeIntervalSince(core.clock.date)))
                stored.append(item)
            case .claimed, .enqueued: stored.append(item)
            }
        }
        await consumer.acknowledge(stored.map(\.delivery))
        if outcomes.contains(where: { if case .enqueued = $0 { true } else { false } }) { gate.look() }
        if let earliest = due.min() { await core.client.announce(dueIn: max(earliest, .zero)) }
        await core.count([.duplicateSubmissions: duplicates])
        for (item, outcome) in zip(items, outcomes) where !item.filters.isEmpty {
            guard let id = outcome.jobID else { continue }
            var job = item.submission.job
            job.id = id
            await item.filters.tell(of: [job])
        }
        return left
    }

    private static let expired = SubmissionReject(.expired, "Its time was over, by job-expires-at, when it was taken.")

    private var tooOld: SubmissionReject {
        SubmissionReject(
            .tooOld,
            "It was sent more than \(options.window) ago: for longer, nobody knows whether it was there before."
        )
    }
}
