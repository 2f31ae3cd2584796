import Baton

/// Steps of trials with submissions.
extension JobStorageSubject {
    /// A submission that may be claimed.
    func submission(_ messageID: String, source: String = "shop") -> Submission {
        var job = job(.enqueued(nil))
        job.retry = RetryOptions(whenExhausted: .delete)
        return Submission(
            source: source,
            messageID: messageID,
            job: job,
            otherID: environment.makeJobID(),
            origin: JSONText(#"{"source": "shop"}"#),
            isClaimable: true
        )
    }

    @inline(never)
    func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange? = nil,
        window: Duration = .seconds(86_400),
        claim: SubmissionClaim? = nil
    ) async throws -> [SubmissionOutcome] {
        let marks = marks ?? PublishMarkRange(unmarked: submissions.count)
        return try await storage.submit(submissions, marks: marks, window: window, claim: claim)
    }

    func reject(_ messageID: String) -> RejectedSubmission {
        var message = SubmittedMessage(
            queue: "mail",
            exchange: "baton.submit",
            routingKey: "mail",
            body: Array("{".utf8)
        )
        message.messageID = messageID
        message.type = "mail.welcome"
        message.userID = "shop"
        message.priority = 4
        message.timestamp = 17
        return RejectedSubmission(
            id: environment.makeJobID(),
            at: environment.clock.date,
            reject: SubmissionReject(.invalidJSON, "The JSON ends."),
            message: message
        )
    }
}
