import Baton
import Foundation
import Logging

extension JobContext {
    /// A run to hand to a job in a test.
    static func example(attempt: Int = 1) -> JobContext {
        JobContext(
            id: JobID(uuidv7: 1_772_357_400_000, random: (1, 2)),
            name: "test.example",
            queue: "default",
            run: attempt,
            attempt: attempt,
            maximumAttempts: 10,
            createdAt: Date(timeIntervalSince1970: 1_772_357_400),
            server: "server-1",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
