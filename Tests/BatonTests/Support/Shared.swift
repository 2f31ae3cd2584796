import Locking

/// A value that the tasks of a test share.
final class Shared<Value: Sendable>: Sendable {
    private let storage: Locked<Value>

    init(_ value: Value) {
        storage = Locked(value)
    }

    var value: Value {
        storage.withLock { $0 }
    }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        storage.withLock { value in
            // Out and in again: the region checker cannot see that the copy is all that leaves.
            var copy = value
            defer { value = copy }
            return body(&copy)
        }
    }
}
