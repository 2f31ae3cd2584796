/// Stores a batch of new jobs, again and again until the outcome is certain (PROTOCOL move 1).
struct JobInserter: Sendable {
    /// What became of a batch.
    struct Stored: Sendable {
        let outcomes: [InsertOutcome]
        /// Whether the jobs wait in their queues; otherwise they are a server's already.
        let needsMessages: Bool
    }

    let storage: any JobStorage
    /// Those that may start the jobs as they are stored.
    let servers: LocalServers
    let environment: JobEnvironment
    let patience: Duration

    /// Stores jobs.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - mayExist: Whether their ids may be stored already.
    /// - Returns: What became of each.
    /// - Throws: ``JobStorageError``. Its code tells whether the jobs are certain not to be stored.
    func insert(_ jobs: [NewJob], mayExist: Bool = false) async throws(JobStorageError) -> Stored {
        let deadline = environment.clock.now.advanced(by: patience)
        var backoff = Backoff()
        var unknown: JobStorageError?
        var eager = mayExist ? nil : servers.eagerStart(of: jobs)
        var lost: EagerStart?
        while true {
            do throws(JobStorageError) {
                if let start = eager {
                    eager = nil
                    if try await begin(jobs, start, lost: &lost) {
                        return Stored(outcomes: jobs.map { _ in .inserted }, needsMessages: false)
                    }
                }
                let outcomes = try await storage.insert(jobs, isRepeated: mayExist || unknown != nil)
                // Their messages go out all the same: it may be that a later insert has stored them.
                lost?.putBack(jobs)
                return Stored(outcomes: outcomes, needsMessages: true)
            } catch {
                if error.code == .outcomeUnknown {
                    if environment.defects.contains(.looksForUnknownOnce) {
                        return Stored(outcomes: try await lookOnce(for: jobs), needsMessages: true)
                    }
                    unknown = error
                }
                // Once an answer was lost, a later certain failure says nothing about the lost one.
                let verdict = unknown ?? error
                let delay = backoff.next(environment.random)
                guard error.isTransient, environment.clock.now.advanced(by: delay) < deadline,
                    (try? await environment.clock.sleep(for: delay)) != nil
                else {
                    throw verdict
                }
            }
        }
    }

    /// Stores jobs as a server's own, and hands them to it.
    ///
    /// Tried once: after that they go through their queues.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - start: The server's part.
    ///   - lost: Set to it where nobody knows whether they are stored.
    /// - Returns: Whether they are its own; otherwise none is stored.
    /// - Throws: ``JobStorageError``.
    private func begin(
        _ jobs: [NewJob],
        _ start: EagerStart,
        lost: inout EagerStart?
    ) async throws(JobStorageError) -> Bool {
        do throws(JobStorageError) {
            let claimed = try await storage.insert(jobs, owner: start.owner, claim: start.claim)
            start.begin(claimed)
            return !claimed.isEmpty
        } catch {
            start.cancel()
            if error.code == .outcomeUnknown { lost = start }
            throw error
        }
    }

    /// The planted defect: what is not there now is taken for rolled back.
    private func lookOnce(for jobs: [NewJob]) async throws(JobStorageError) -> [InsertOutcome] {
        for job in jobs where try await storage.job(job.id) == nil {
            throw JobStorageError(.unavailable, "The insert is taken for rolled back.")
        }
        return jobs.map { _ in .inserted }
    }
}
