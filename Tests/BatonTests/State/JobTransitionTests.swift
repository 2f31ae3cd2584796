import Testing

@testable import Baton

@Suite struct JobTransitionTests {
    /// Every legal move, with the sentence it comes from; all others are illegal.
    private static let legal: [JobState?: Set<JobState>] = [
        // A job is fire-and-forget, delayed, or a continuation.
        nil: [.enqueued, .scheduled, .awaiting],
        // When due: enqueued. Rescheduled. Deleted.
        .scheduled: [.enqueued, .scheduled, .deleted],
        // The parent has ended: enqueued, or scheduled with a delay. Deleted.
        .awaiting: [.enqueued, .scheduled, .deleted],
        // Claimed; put off or failed because no server knows its type; deleted.
        .enqueued: [.processing, .scheduled, .failed, .deleted],
        // Ended well; attempts used up; retry and put back; taken from a dead server; deleted.
        .processing: [.succeeded, .failed, .scheduled, .enqueued, .deleted],
        // Requeued by hand.
        .succeeded: [.enqueued],
        .failed: [.enqueued, .deleted],
        .deleted: [.enqueued],
    ]

    @Test(arguments: [nil] + JobState.allCases, JobState.allCases)
    func aMoveIsLegalOnlyIfTheProtocolNamesIt(from: JobState?, to: JobState) {
        let move = JobTransition(from: from, to: to)
        #expect(move.isLegal == (Self.legal[from]?.contains(to) == true))
        #expect(JobTransition.legal.contains(move) == move.isLegal)
    }

    @Test(arguments: JobState.allCases)
    func onlySucceededAndDeletedAreFinal(state: JobState) {
        #expect(state.isFinal == [.succeeded, .deleted].contains(state))
    }

    @Test func everyReturnToAQueueStartsAGeneration() {
        for move in JobTransition.legal {
            #expect(move.startsGeneration == (move.to == .enqueued))
        }
    }

    @Test func everyStateCanBeReachedAndNoneButFinalOnesIsADeadEnd() {
        var reached: Set<JobState> = []
        var open: [JobState?] = [nil]
        while let state = open.popLast() {
            for move in JobTransition.legal where move.from == state && reached.insert(move.to).inserted {
                open.append(move.to)
            }
        }
        #expect(reached == Set(JobState.allCases))
    }
}
