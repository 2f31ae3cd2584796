public import Glibc

/// A value that one thread at a time can reach.
///
/// In the place of `Synchronization.Mutex`, whose lock ThreadSanitizer cannot see on Linux: every value behind one is
/// reported as a race. It sees this one, which is a pthread mutex.
///
/// Public, although no product offers the module: other modules would call what is `package` without specializing it, and
/// each look behind a lock would be a detour through the runtime's metadata.
public final class Locked<Value>: @unchecked Sendable {
    @usableFromInline
    let mutex: UnsafeMutablePointer<pthread_mutex_t>
    // The lock keeps everybody else out, and whoever took it twice would stand still: no need to check that, too.
    @exclusivity(unchecked)
    @usableFromInline
    var value: Value

    /// Makes a lock around a value.
    ///
    /// - Parameter value: The value; nobody else may keep a reference into it.
    public init(_ value: sending Value) {
        self.value = value
        self.mutex = .allocate(capacity: 1)
        self.mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(self.mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(self.mutex)
        self.mutex.deinitialize(count: 1)
        self.mutex.deallocate()
    }

    /// Reaches the value.
    ///
    /// - Parameter body: What to do with it; it must not block or take the same lock again.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws.
    @inlinable
    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        return try body(&self.value)
    }
}
