/// Has its say before a job is created, and hears of it afterwards.
///
/// It is asked for every call that is enqueued or scheduled, once for each call; not for what is created without a client:
/// the jobs of a recurring entry, and another run of a job that exists already.
public protocol JobCreationFilter: JobFiltering {
    /// A job is about to be stored.
    ///
    /// What is thrown is thrown by the enqueue, which stores nothing then: of several calls none.
    ///
    /// - Parameter job: The job, as the filters before this one have left it.
    /// - Throws: Any error, so that the job is not created.
    func willCreate(_ job: inout JobCreation) async throws

    /// A job is stored; within a transaction of the caller's, once that is committed.
    ///
    /// The enqueue waits for this; the job does not, and may have begun by then, or ended. There is no word of a job that was
    /// not stored, nor of one whose storing has no certain outcome; nor of what another driver stores by a statement. Where the
    /// caller gives an id that is stored already, the job is as this call would have it. Of jobs that wait for their time,
    /// those that a savepoint took back are told of, too.
    ///
    /// - Parameter job: The job, as it is stored.
    func didCreate(_ job: JobCreation) async
}

extension JobCreationFilter {
    /// Lets every job be created as it is.
    ///
    /// - Parameter job: The job.
    /// - Throws: Nothing.
    public func willCreate(_ job: inout JobCreation) async throws {}

    /// Does nothing.
    ///
    /// - Parameter job: The job.
    public func didCreate(_ job: JobCreation) async {}
}
