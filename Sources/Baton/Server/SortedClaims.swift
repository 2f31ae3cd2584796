/// The answers to one claim, sorted by what is to be done about them.
struct SortedClaims {
    /// Jobs to start; they are in the table already.
    private(set) var started: [ClaimedJob] = []
    /// Deliveries to acknowledge and drop.
    private(set) var dropped: [Delivery] = []
    /// Deliveries without a row.
    private(set) var ghosts: [Delivery] = []
    /// Living servers that own jobs whose messages came again: their connections may be gone, and they with them.
    private(set) var suspects: Set<ServerEpoch> = []
    /// Whether the server needs a new epoch.
    private(set) var isOwnEpochDead = false
    /// Whether some delivery waits to be claimed once more.
    private(set) var mustAskAgain = false
    private let defects: Set<PlantedDefect>

    /// Begins with nothing.
    ///
    /// - Parameter defects: What is done wrong on purpose.
    init(defects: Set<PlantedDefect> = []) {
        self.defects = defects
    }

    /// Sorts one answer in; the rules of PROTOCOL move 2, in its order.
    ///
    /// - Parameters:
    ///   - held: The delivery.
    ///   - outcome: The answer.
    ///   - owner: The epoch that claimed.
    ///   - now: The present.
    ///   - table: Where runs are entered.
    mutating func add(
        _ held: RunTable.Held,
        _ outcome: ClaimOutcome,
        owner: ServerEpoch,
        now: JobInstant,
        to table: inout RunTable
    ) {
        switch outcome {
        case .refused where defects.contains(.acknowledgesUnclassified):
            dropped.append(held.delivery)
        case .claimed(let job):
            table.start(job, owner: owner, delivery: held.delivery, at: now)
            started.append(job)
        case .refused(.mine(let job)):
            let key = OwnedRun(id: job.id, claim: job.claim)
            if table.attach(held.delivery, to: key) {
                // Another copy of the message of a job that runs here.
            } else if table.hasEndedWhileClaiming(key) || table.isUnderWay(key) {
                // It has just ended here, or was claimed without a message and is about to begin.
                table.claimAgain(CollectionOfOne(held))
                mustAskAgain = true
            } else if table.mayBePutBack(key) || defects.contains(.dropsOwnClaims) {
                // The audit puts it back, and another message speaks of it then.
                dropped.append(held.delivery)
            } else {
                // The claim's answer was lost, so run it now.
                table.start(job, owner: owner, delivery: held.delivery, at: now)
                started.append(job)
            }
        case .refused(.owned(let owner, let isDead)):
            // A dead owner's row is the reaper's.
            dropped.append(held.delivery)
            if held.delivery.isRedelivered, !isDead {
                suspects.insert(owner)
            }
        case .refused(.superseded):
            // Terminal, or a newer generation.
            dropped.append(held.delivery)
        case .refused(.missing):
            ghosts.append(held.delivery)
        case .refused(.stillEnqueued):
            table.claimAgain(CollectionOfOne(held))
            mustAskAgain = true
        case .refused(.ownEpochIsDead):
            table.claimAgain(CollectionOfOne(held))
            isOwnEpochDead = true
            mustAskAgain = true
        }
    }
}
