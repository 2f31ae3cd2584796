/// What one run of a scenario measured; what could not be measured is missing.
struct Figures: Sendable, Hashable {
    private(set) var values: [Figure: Double] = [:]
    /// What was found out about the servers, for the report's settings.
    var findings: [String: JSONValue] = [:]

    subscript(figure: Figure) -> Double? {
        get { values[figure] }
        set { values[figure] = newValue }
    }

    /// Takes in when calls were made, when they returned, and how long after them jobs started.
    mutating func setCalls(_ calls: Percentiles?, returns: Percentiles?, starts: Percentiles?) {
        self[.callP50] = calls?.p50
        self[.callP99] = calls?.p99
        self[.returnP50] = returns?.p50
        self[.returnP99] = returns?.p99
        self[.startSinceCallP50] = starts?.p50
        self[.startSinceCallP99] = starts?.p99
    }

    /// Takes in what an outage did to the jobs that were due in it.
    mutating func setOutage(starts: Percentiles?, returns: Percentiles?) {
        self[.outageStartP50] = starts?.p50
        self[.outageStartP99] = starts?.p99
        self[.outageStartMax] = starts?.max
        self[.outageReturnP50] = returns?.p50
        self[.outageReturnP99] = returns?.p99
        self[.outageReturnMax] = returns?.max
    }

    /// Takes in the times to the start of jobs that the client enqueued, beside those of submissions.
    mutating func setEnqueued(starts: Percentiles?, submissions: Percentiles?) {
        self[.enqueuedStartP50] = starts?.p50
        self[.enqueuedStartP99] = starts?.p99
        if let starts, let submissions, starts.p50 > 0 { self[.submissionRatio] = submissions.p50 / starts.p50 }
    }

    /// Takes in what became of more submissions than could be run.
    mutating func setFlood(_ tally: FloodTally) {
        self[.submissionsTaken] = Double(tally.taken)
        self[.submissionsRefused] = Double(tally.refused)
        self[.earlyMemory] = tally.memory?.early
        self[.lateMemory] = tally.memory?.late
    }

    /// Takes in the times from enqueueing to the start of jobs.
    mutating func setStarts(_ percentiles: Percentiles?) {
        self[.startP50] = percentiles?.p50
        self[.startP90] = percentiles?.p90
        self[.startP99] = percentiles?.p99
        self[.startP999] = percentiles?.p999
        self[.startMax] = percentiles?.max
    }

    /// Takes in the times from enqueueing to the jobs' ends in the database.
    mutating func setFinishes(_ percentiles: Percentiles?) {
        self[.finishP50] = percentiles?.p50
        self[.finishP90] = percentiles?.p90
        self[.finishP99] = percentiles?.p99
        self[.finishP999] = percentiles?.p999
        self[.finishMax] = percentiles?.max
    }
}
