import BatonMacros

/// The job that the guide to producers hands over, as the demonstration's worker knows it.
@Jobs
struct EchoJobs: Sendable {
    let board: Board

    /// Returns its message.
    @Job("demo.echo")
    func echo(message: String) -> String {
        board.echo(message)
        return message
    }
}
