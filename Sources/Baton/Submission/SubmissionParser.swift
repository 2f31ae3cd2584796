#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// Turns what producers publish into jobs, or says why it is none: the rules of WIRE.md, section 1.
///
/// A pure value: whatever comes, it is one or the other.
package struct SubmissionParser: Sendable {
    /// The longest message id, in bytes of UTF-8.
    package static let maximumMessageIDBytes = 128
    /// How many bytes names and values of headers may take together.
    package static let maximumHeaderBytes = 8_192
    /// How much a body may hold besides the arguments, where it is an envelope, in bytes.
    package static let maximumEnvelopeBytes = 65_536
    /// The largest body that may be a job, in bytes.
    package static let maximumBodyBytes = JobArgumentsCoder.defaultMaximumBytes + maximumEnvelopeBytes
    /// What a broker adds by itself, and producers need not answer for.
    static let brokersHeaders: Set<String> = [
        "CC", "BCC", "x-death", "x-delivery-count", "x-first-death-exchange", "x-first-death-queue",
        "x-first-death-reason", "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason",
        "x-received-from", "x-shovelled", "x-shovelled-by", "x-shovelled-timestamp",
    ]

    /// How many attempts a job has that says nothing of it.
    var maximumAttempts: Int
    /// Whether the broker must have said whose account a message is.
    var requiresUser = false
    /// What a job's declaration says, where it is known here.
    var declared: @Sendable (String) -> JobOptions?

    /// Creates a parser.
    ///
    /// - Parameters:
    ///   - maximumAttempts: How many attempts a job has that says nothing of it.
    ///   - requiresUser: Whether the broker must have said whose account a message is.
    ///   - declared: What a job's declaration says, where it is known here.
    package init(
        maximumAttempts: Int = 10,
        requiresUser: Bool = false,
        declared: @escaping @Sendable (String) -> JobOptions? = { _ in nil }
    ) {
        self.maximumAttempts = maximumAttempts
        self.requiresUser = requiresUser
        self.declared = declared
    }

    /// What a message says, wherever it says it.
    struct Words {
        var source: String
        var messageID: String
        var name: String
        var arguments: JSONText
        var sentAt: Date?
        var traceparent: String?
        var tracestate: String?
        var eventSource: String?
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - now: The present date, from which dates may not be too far away.
    /// - Returns: The job.
    /// - Throws: ``SubmissionReject`` when it is none.
    package func parse(_ message: SubmittedMessage, at now: Date) throws(SubmissionReject) -> Submission {
        guard message.expiration == nil else {
            throw SubmissionReject(
                .expirationForbidden,
                "With “expiration” the broker would drop the message silently; say job-expires-at in a header instead."
            )
        }
        if requiresUser, message.userID?.isEmpty ?? true {
            throw SubmissionReject(
                .missingUser,
                "Servers here take messages with a user_id only, which the broker checks."
            )
        }
        try checkHeaders(message.headers)
        guard message.bodySize <= Self.maximumBodyBytes, message.body.count == message.bodySize else {
            throw SubmissionReject(
                .tooLarge,
                """
                The body takes \(message.bodySize) bytes; at most \(Self.maximumBodyBytes) are allowed. \
                Store large data elsewhere and pass a reference.
                """
            )
        }
        let words = try isEvent(message) ? event(message) : plain(message)
        return try submission(message, words, at: now)
    }

    private func submission(
        _ message: SubmittedMessage,
        _ words: Words,
        at now: Date
    ) throws(SubmissionReject) -> Submission {
        guard words.arguments.text.utf8.count <= JobArgumentsCoder.defaultMaximumBytes else {
            throw SubmissionReject(
                .tooLarge,
                """
                The arguments take \(words.arguments.text.utf8.count) bytes of JSON; at most \
                \(JobArgumentsCoder.defaultMaximumBytes) are allowed. Store large data elsewhere and pass a reference.
                """
            )
        }
        if let sentAt = words.sentAt {
            // Duplicates are remembered from then on.
            guard sentAt.timeIntervalSince(now) <= 86_400, sentAt.timeIntervalSince(now) >= -JobClient.furthestDate
            else {
                throw SubmissionReject(
                    .invalidField,
                    "It says that it was sent more than a day from now, or in no known age; AMQP counts timestamp in seconds."
                )
            }
        }
        let headers = message.headers
        let options = try options(message, of: words.name)
        let startAt = try Self.date(headers, "job-run-at", at: now)
        let expiresAt = try Self.date(headers, "job-expires-at", at: now)
        let derived = JobID(uuidv5: .submissions, name: "\(words.source)\n\(words.messageID)")
        let own = JobID(words.messageID).flatMap { $0.isReserved ? nil : $0 }
        return Submission(
            source: words.source,
            messageID: words.messageID,
            job: NewJob(
                id: own ?? derived,
                name: words.name,
                queue: message.queue,
                arguments: words.arguments,
                priority: options.priority ?? 0,
                maximumAttempts: options.maximumAttempts ?? maximumAttempts,
                timeout: options.timeout,
                retry: options.retry.flatMap { $0.isEmpty ? nil : $0 },
                trace: words.traceparent.flatMap { TraceContext(traceparent: $0, tracestate: words.tracestate) },
                start: startAt.map { .at($0) } ?? .enqueued(nil)
            ),
            otherID: derived,
            sentAt: words.sentAt,
            expiresAt: expiresAt,
            origin: Self.origin(message, words)
        )
    }

    private func options(_ message: SubmittedMessage, of name: String) throws(SubmissionReject) -> JobOptions {
        let headers = message.headers
        let timeout = try Self.wholeNumber(headers, "job-timeout-ms")
        let attempts = try Self.wholeNumber(headers, "job-max-attempts")
        guard headers["job-unique-key"] == nil else {
            throw SubmissionReject(.unsupported, "Unique jobs are not supported yet; leave job-unique-key out.")
        }
        let said = JobOptions(
            priority: message.priority.map(Int.init),
            maximumAttempts: attempts.map { Int(clamping: $0) },
            timeout: timeout.map { .milliseconds($0) }
        )
        do throws(JobError) {
            try JobName.validate(name)
            try QueueName.validate(message.queue)
            try said.validate()
        } catch {
            throw SubmissionReject(.invalidField, error.message)
        }
        return said.merging(over: declared(name) ?? JobOptions())
    }
}
