/// A job that may be a server's from the start, and is not run, since the answer was lost.
struct LostStart: Sendable {
    let owner: ServerEpoch
    let run: OwnedRun
}
