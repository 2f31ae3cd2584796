#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension InMemoryStorage {
    /// Stores submissions, each once.
    ///
    /// - Parameters:
    ///   - submissions: The submissions.
    ///   - marks: Marks for those that are enqueued, in their order.
    ///   - window: How long a submission is remembered.
    ///   - claim: For which server to claim how many; `nil` to enqueue them all.
    /// - Returns: What became of each, in order.
    /// - Throws: Never; the signature is the protocol's.
    public func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome] {
        transaction { tables, now in
            var (left, marked) = (claim?.limit ?? 0, 0)
            return submissions.map { submission in
                if let claim, !tables.isAlive(claim.owner) { return .ownEpochIsDead }
                let isClaimed = left > 0 && submission.isClaimable
                let mark = (marks.sequences.lowerBound + Int64(marked), marked < marks.count ? marks[marked] : nil)
                let outcome = tables.submit(
                    submission,
                    window: window,
                    claim: isClaimed ? claim : nil,
                    mark: mark,
                    at: now
                )
                switch outcome {
                case .claimed: left -= 1
                case .enqueued: marked += 1
                default: break
                }
                return outcome
            }
        }
    }

    /// Which of some jobs a living server knows.
    ///
    /// - Parameter names: The names.
    /// - Returns: Those that are known.
    /// - Throws: Never; the signature is the protocol's.
    public func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String> {
        read { tables in
            let known = tables.servers.values.filter { !$0.isDead }.flatMap(\.registration.jobNames)
            return Set(names).intersection(known)
        }
    }

    /// How many jobs are enqueued.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - limit: How many to count in each at most.
    /// - Returns: How many, of queues that have any.
    /// - Throws: Never; the signature is the protocol's.
    public func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int] {
        read { tables in
            var backlog: [String: Int] = [:]
            for lane in tables.rows.lanes where queues.contains(lane.queue) {
                let count = tables.rows.waiting(queue: lane.queue, name: lane.name, level: lane.level).count
                if count > 0 { backlog[lane.queue, default: 0] += count }
            }
            return backlog.mapValues { min($0, limit) }
        }
    }

    /// Forgets submissions whose time is over, and rejects that are old.
    ///
    /// - Parameters:
    ///   - age: How old a reject must be.
    ///   - limit: How many of each at most.
    /// - Returns: How many of the larger part were removed.
    /// - Throws: Never; the signature is the protocol's.
    public func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int {
        transaction { tables, now in
            tables.trimSubmissions(rejectsBefore: now.adding(.zero - age), limit: limit, at: now)
        }
    }

    // MARK: Rejects

    /// Keeps rejects.
    ///
    /// - Parameter rejects: The rejects.
    /// - Throws: Never; the signature is the protocol's.
    public func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError) {
        transaction { tables, now in
            for reject in rejects where !tables.submissions.rejects.contains(where: { $0.id == reject.id }) {
                var reject = reject
                reject.at = now
                tables.submissions.rejects.append(reject)
            }
        }
    }

    /// Rejects, latest first.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - limit: How many at most.
    /// - Returns: The rejects.
    /// - Throws: Never; the signature is the protocol's.
    public func rejects(
        matching filter: RejectFilter,
        limit: Int
    ) async throws(JobStorageError) -> [RejectedSubmission] {
        read { $0.rejects(matching: filter, limit: limit) }
    }

    /// Notes that a reject has become a job after all.
    ///
    /// - Parameters:
    ///   - id: The reject.
    ///   - job: The job.
    /// - Throws: Never; the signature is the protocol's.
    public func noteReplay(of id: JobID, as job: JobID) async throws(JobStorageError) {
        transaction { tables, _ in
            for index in tables.submissions.rejects.indices where tables.submissions.rejects[index].id == id {
                tables.submissions.rejects[index].jobID = job
            }
        }
    }

    /// Removes rejects for good.
    ///
    /// - Parameter ids: The rejects.
    /// - Returns: Those that were there.
    /// - Throws: Never; the signature is the protocol's.
    public func dropRejects(_ ids: [JobID]) async throws(JobStorageError) -> Set<JobID> {
        transaction { tables, _ in
            let gone = Set(ids).intersection(tables.submissions.rejects.map(\.id))
            tables.submissions.rejects.removeAll { gone.contains($0.id) }
            return gone
        }
    }
}
