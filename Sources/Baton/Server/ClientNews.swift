/// What a server hears from its client; other servers of the same client hear it, too.
struct ClientNews: Sendable {
    /// A job was scheduled.
    let scheduled = ScheduleSignal()
    /// A recurring entry was set.
    let recurringChanged = Wakeup()
    /// A queue was paused or resumed.
    let queuesChanged = Wakeup()
    /// There is something to repair.
    let returns = Wakeup()
    /// The broker has fallen silent, or is heard again.
    let turns = Wakeup()

    /// Listens from now on, for as long as this is held.
    ///
    /// - Parameter client: The client.
    init(of client: JobClient) {
        client.scheduled.add(scheduled)
        client.recurringChanged.add(recurringChanged)
        client.queuesChanged.add(queuesChanged)
        client.publisher.returns.add(returns)
        client.publisher.turns.add(turns)
        // There may have been something already.
        returns.ring()
    }
}
