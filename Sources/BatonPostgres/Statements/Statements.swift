/// Every statement of one namespace, written once.
///
/// A class, for it is handed to every call: hundreds of strings would be retained each time.
final class Statements: Sendable {
    let insert: InsertStatements
    let eager: EagerStatements
    let transaction: TransactionStatements
    let lookup: LookupStatements
    let session: SessionStatements
    let claim: ClaimStatements
    let waiting: WaitingStatements
    let completion: CompletionStatements
    let server: ServerStatements
    let takeover: TakeoverStatements
    let schedule: ScheduleStatements
    let reconciler: ReconcilerStatements
    let probe: ProbeStatements
    let loss: LossStatements
    let upkeep: UpkeepStatements
    let retention: RetentionStatements
    let monitor: MonitorStatements
    let requeue: RequeueStatements
    let recurring: RecurringStatements
    let firing: FiringStatements
    let submission: SubmissionStatements
    let door: DoorStatements
    let pause: PauseStatements

    init(_ schema: Schema) {
        insert = InsertStatements(schema)
        eager = EagerStatements(schema)
        transaction = TransactionStatements(schema)
        lookup = LookupStatements(schema)
        session = SessionStatements(schema)
        claim = ClaimStatements(schema)
        waiting = WaitingStatements(schema)
        completion = CompletionStatements(schema)
        server = ServerStatements(schema)
        takeover = TakeoverStatements(schema)
        schedule = ScheduleStatements(schema)
        reconciler = ReconcilerStatements(schema)
        probe = ProbeStatements(schema)
        loss = LossStatements(schema)
        upkeep = UpkeepStatements(schema)
        retention = RetentionStatements(schema)
        monitor = MonitorStatements(schema)
        requeue = RequeueStatements(schema)
        recurring = RecurringStatements(schema)
        firing = FiringStatements(schema)
        submission = SubmissionStatements(schema)
        door = DoorStatements(schema)
        pause = PauseStatements(schema)
    }
}
