/// Calls the function of a job; for the code that `@Job` writes.
public enum JobInvocation {
    /// Gives back what a function returned.
    ///
    /// A function that is not `async` has to be awaited only if it belongs to an actor, which a macro cannot see. An
    /// argument of an awaited call may be either, without a warning.
    ///
    /// - Parameter value: What the function returned.
    /// - Returns: The same.
    public static func result<Value: Sendable>(of value: Value) async -> Value {
        value
    }
}
