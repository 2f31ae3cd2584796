/// When a job moves, by the database's clock.
package enum MoveTime {
    /// How far before a job's last move the present may lie and still count as that moment.
    ///
    /// So no history turns round: a transaction may have begun a moment before the one whose move it sees. A clock that was set
    /// back by more is believed: what follows from a job's times, such as how long it has waited, must not stand still until then.
    package static let tolerance = Duration.seconds(10)
}
