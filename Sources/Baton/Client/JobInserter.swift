/// Stores a batch of new jobs, again and again until the outcome is certain (PROTOCOL move 1).
struct JobInserter: Sendable {
    let storage: any JobStorage
    let environment: JobEnvironment
    let patience: Duration

    /// Stores jobs.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - mayExist: Whether their ids may be stored already.
    /// - Returns: What became of each.
    /// - Throws: ``JobStorageError``. Its code tells whether the jobs are certain not to be stored.
    func insert(_ jobs: [NewJob], mayExist: Bool = false) async throws(JobStorageError) -> [InsertOutcome] {
        let deadline = environment.clock.now.advanced(by: patience)
        var backoff = Backoff()
        var unknown: JobStorageError?
        while true {
            do throws(JobStorageError) {
                return try await storage.insert(jobs, isRepeated: mayExist || unknown != nil)
            } catch {
                if error.code == .outcomeUnknown {
                    if environment.defects.contains(.looksForUnknownOnce) { return try await lookOnce(for: jobs) }
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

    /// The planted defect: what is not there now is taken for rolled back.
    private func lookOnce(for jobs: [NewJob]) async throws(JobStorageError) -> [InsertOutcome] {
        for job in jobs where try await storage.job(job.id) == nil {
            throw JobStorageError(.unavailable, "The insert is taken for rolled back.")
        }
        return jobs.map { _ in .inserted }
    }
}
