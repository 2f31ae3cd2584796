#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What became of one submission.
public enum SubmissionOutcome: Sendable, Hashable {
    /// It is stored and the server's, to be run now.
    case claimed(ClaimedJob)
    /// It is stored and enqueued; its message is to be published under its mark, if it bears one.
    case enqueued(MarkedDispatch)
    /// It is stored and waits for its date.
    case scheduled(JobID, at: Date)
    /// The same message was stored before.
    case duplicate
    /// Nothing is stored: its time was over.
    case expired
    /// Nothing is stored: it is older than submissions are remembered.
    case tooOld
    /// Nothing is stored: the server's epoch is certified dead.
    case ownEpochIsDead

    /// The job that is stored now.
    public var jobID: JobID? {
        switch self {
        case .claimed(let job): job.id
        case .enqueued(let dispatch): dispatch.message.id
        case .scheduled(let id, _): id
        case .duplicate, .expired, .tooOld, .ownEpochIsDead: nil
        }
    }
}
