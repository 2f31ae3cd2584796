import ArgumentParser
import Baton

/// Checks queues named on the command line.
enum QueueOption {
    /// Checks names.
    ///
    /// - Parameter names: The names.
    /// - Throws: `ValidationError` when there is none, one twice, or one that is not allowed.
    static func validate(_ names: [String]) throws {
        guard !names.isEmpty, Set(names).count == names.count else {
            throw ValidationError("Name at least one queue, and each only once.")
        }
        for name in names {
            do throws(JobError) {
                try JobOptions(queue: name).validate()
            } catch {
                throw ValidationError(error.message)
            }
        }
    }
}
