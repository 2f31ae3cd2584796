/// The jobs of one call, written down part by part.
struct JobParts<Call: JobCall> {
    /// How many jobs a part has: its statement costs each of them hardly more than a larger one.
    static var size: Int { 125 }

    /// Those that are written down.
    private(set) var jobs: [NewJob] = []

    private let calls: [Call]
    private let terms: JobTerms
    private let ids: [JobID]
    private let marks: PublishMarkRange

    /// Plans to write calls down.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - terms: On what terms they are stored.
    ///   - ids: Their ids.
    ///   - marks: The marks of their messages.
    init(_ calls: [Call], _ terms: JobTerms, ids: [JobID], marks: PublishMarkRange) {
        self.calls = calls
        self.terms = terms
        self.ids = ids
        self.marks = marks
        jobs.reserveCapacity(calls.count)
    }

    /// Writes the next part down.
    ///
    /// - Returns: Its jobs; `nil` after the last.
    /// - Throws: ``JobError`` for a call that cannot be stored.
    mutating func next() throws(JobError) -> [NewJob]? {
        let range = jobs.count..<min(jobs.count + Self.size, calls.count)
        if range.isEmpty { return nil }
        for position in range {
            let draft = try JobDraft(calls[position], terms)
            jobs.append(draft.job(ids[position], start: .enqueued(marks[position])))
        }
        return Array(jobs[range])
    }
}
