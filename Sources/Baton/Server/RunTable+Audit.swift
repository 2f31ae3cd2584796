extension RunTable {
    // MARK: Audit

    /// The runs of an epoch, to ask storage about.
    ///
    /// A run whose end is being stored is asked about by its completion.
    ///
    /// - Parameter owner: The epoch.
    /// - Returns: The runs that have not ended.
    func openRuns(of owner: ServerEpoch) -> [OwnedRun] {
        runs.lazy.filter { $0.value.owner == owner && !$0.value.hasEnded }.map(\.key).sorted()
    }

    /// Of the rows that storage lists under this server, takes those it neither runs nor is claiming, to put them back.
    ///
    /// Until ``endRepair(of:isCertain:)`` they are not run either, whatever a message says of them.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - areAll: Whether they are all its rows; then a fence that is not among them has left its row.
    /// - Returns: The unheld ones.
    mutating func beginRepair(of rows: [OwnedRun], areAll: Bool = true) -> [OwnedRun] {
        if areAll { settleRepair(of: doubtful.subtracting(rows)) }
        let unheld = rows.filter { runs[$0] == nil && !claiming.contains($0.id) && !isUnderWay($0) }
        repairing.formUnion(unheld)
        return unheld
    }

    /// Ends a repair.
    ///
    /// - Parameters:
    ///   - rows: What ``beginRepair(of:areAll:)`` gave.
    ///   - isCertain: Whether storage has answered.
    mutating func endRepair(of rows: [OwnedRun], isCertain: Bool) {
        repairing.subtract(rows)
        if isCertain {
            settleRepair(of: rows)
        } else {
            doubtful.formUnion(rows)
        }
    }

    /// Forgets fences that have left their rows: they never come back.
    private mutating func settleRepair(of rows: some Sequence<OwnedRun>) {
        doubtful.subtract(rows)
        for row in rows where claiming.contains(row.id) {
            endedWhileClaiming.insert(row)
        }
    }

    /// Whether a row of this server may be put back at any moment, by a repair whose answer was lost.
    ///
    /// It is not run: the repair, when it comes late, would take it from under the run. The audit goes on to put it back.
    ///
    /// - Parameter run: The row.
    /// - Returns: Whether it may.
    func mayBePutBack(_ run: OwnedRun) -> Bool {
        doubtful.contains(run)
    }

    /// Takes the deliveries of long runs, so that they can be acknowledged while the lease protects the job.
    ///
    /// - Parameters:
    ///   - keys: Runs that storage has just been seen to hold for this server.
    ///   - instant: Those that began before.
    ///   - bundledInstant: Of what came in a bundle, those that began before: it holds up the rest of the bundle, and the
    ///     bundles behind it.
    /// - Returns: The deliveries.
    mutating func takeLongDeliveries(
        of keys: some Sequence<OwnedRun>,
        since instant: JobInstant,
        bundledSince bundledInstant: JobInstant
    ) -> [Delivery] {
        var deliveries: [Delivery] = []
        for key in keys {
            guard let run = runs[key], let started = run.startedAt, !run.hasEnded else { continue }
            let isLong = { (delivery: Delivery) in started < (delivery.isBundled ? bundledInstant : instant) }
            deliveries += run.deliveries.filter(isLong)
            runs[key]?.deliveries.removeAll(where: isLong)
        }
        return deliveries
    }

    /// Ends runs that no thread has taken, so that they can be put back.
    ///
    /// - Parameters:
    ///   - instant: Those that were claimed before; `nil` for all.
    ///   - queues: Those of these queues; `nil` for all.
    /// - Returns: Their jobs.
    mutating func takeUnstarted(claimedBefore instant: JobInstant?, of queues: Set<String>? = nil) -> [ClaimedJob] {
        var jobs: [ClaimedJob] = []
        for key in runs.keys.sorted() {
            guard let run = runs[key], !run.hasEnded, run.startedAt == nil else { continue }
            if let instant, run.since >= instant { continue }
            if let queues, !queues.contains(run.job.queue) { continue }
            runs[key]?.hasEnded = true
            running -= 1
            jobs.append(run.job)
        }
        return jobs
    }

    // MARK: Stopping

    /// Stops claiming.
    ///
    /// - Returns: The deliveries to give back, which disturbs their queues until it is done.
    mutating func stop() -> [Delivery] {
        isStopping = true
        let deliveries = waiting.remove { _ in true }.map(\.delivery)
        disturbances.begin(deliveries)
        return deliveries
    }

    /// Whether nothing is claimed or runs.
    var isQuiet: Bool {
        running == 0 && claiming.isEmpty && intakes.isEmpty
    }

    /// Notes that deliveries are on their way to be settled, which the end of the server must not overtake.
    mutating func beginSettling() {
        settling += 1
    }

    /// Notes that they are settled.
    mutating func endSettling() {
        settling -= 1
    }

    /// Whether nothing is left whose row or message may still be this server's.
    var isEmpty: Bool {
        runs.isEmpty && claiming.isEmpty && intakes.isEmpty && settling == 0
    }

    /// How many functions run.
    var runningCount: Int {
        running
    }
}
