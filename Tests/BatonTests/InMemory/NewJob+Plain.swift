import Baton

extension NewJob {
    /// A job of which only a few properties matter.
    static func plain(
        _ id: JobID,
        queue: String = "default",
        name: String = "sample",
        attempts: Int = 10,
        timeout: Duration? = nil,
        _ start: Start = .after(.zero)
    ) -> NewJob {
        NewJob(
            id: id,
            name: name,
            queue: queue,
            arguments: .emptyObject,
            priority: 0,
            maximumAttempts: attempts,
            timeout: timeout,
            start: start
        )
    }
}
