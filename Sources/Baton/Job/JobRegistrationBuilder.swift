/// Collects the jobs a server runs.
///
/// ```swift
/// JobServer(jobs, queues: ["default"]) {
///     Mailer(smtp: smtp)                      // a receiver: all its jobs
///     Reports.self                            // a type with static jobs
///     Scoped(Billing.self) { context in … }   // a receiver made for each run
///     $reindex                                // a single function
///     SendDigest.self                         // a hand-written job
/// }
/// ```
@resultBuilder
public enum JobRegistrationBuilder {
    /// A receiver: all its jobs.
    ///
    /// - Parameter receiver: What the jobs are called on.
    /// - Returns: The registrations.
    public static func buildExpression<Receiver: JobReceiver>(_ receiver: Receiver) -> [JobRegistration] {
        [JobRegistration(receiver)]
    }

    /// A type with static jobs.
    ///
    /// - Parameter type: The type.
    /// - Returns: The registrations.
    public static func buildExpression<Receiver: JobReceiver>(_ type: Receiver.Type) -> [JobRegistration] {
        [JobRegistration(type)]
    }

    /// A receiver made for each run.
    ///
    /// - Parameter scoped: How to make the receiver.
    /// - Returns: The registrations.
    public static func buildExpression<Receiver: JobReceiver>(_ scoped: Scoped<Receiver>) -> [JobRegistration] {
        [JobRegistration(scoped)]
    }

    /// A single function, by the `$name` that `@Job` makes for it.
    ///
    /// - Parameter factory: The function that makes the call; only its type matters.
    /// - Returns: The registrations.
    public static func buildExpression<each Argument, Call: JobCall>(
        _ factory: @escaping (repeat each Argument) -> Call
    ) -> [JobRegistration] where Call.Receiver == Void {
        [JobRegistration(Call.self)]
    }

    /// A hand-written job.
    ///
    /// - Parameter call: The job's type.
    /// - Returns: The registrations.
    public static func buildExpression<Call: JobCall>(_ call: Call.Type) -> [JobRegistration]
    where Call.Receiver == Void {
        [JobRegistration(call)]
    }

    /// A registration made elsewhere.
    ///
    /// - Parameter registration: The registration.
    /// - Returns: The registrations.
    public static func buildExpression(_ registration: JobRegistration) -> [JobRegistration] {
        [registration]
    }

    /// Registrations made elsewhere.
    ///
    /// - Parameter registrations: The registrations.
    /// - Returns: The registrations.
    public static func buildExpression(_ registrations: [JobRegistration]) -> [JobRegistration] {
        registrations
    }

    /// Joins the lines of a block.
    ///
    /// - Parameter parts: What each line gave.
    /// - Returns: The registrations.
    public static func buildBlock(_ parts: [JobRegistration]...) -> [JobRegistration] {
        parts.flatMap(\.self)
    }

    /// Supports `if` without `else`.
    ///
    /// - Parameter part: What the branch gave, if it was taken.
    /// - Returns: The registrations.
    public static func buildOptional(_ part: [JobRegistration]?) -> [JobRegistration] {
        part ?? []
    }

    /// Supports `if` and `switch`.
    ///
    /// - Parameter first: What the branch gave.
    /// - Returns: The registrations.
    public static func buildEither(first: [JobRegistration]) -> [JobRegistration] {
        first
    }

    /// Supports `else` and `switch`.
    ///
    /// - Parameter second: What the branch gave.
    /// - Returns: The registrations.
    public static func buildEither(second: [JobRegistration]) -> [JobRegistration] {
        second
    }

    /// Supports `for`.
    ///
    /// - Parameter parts: What each round gave.
    /// - Returns: The registrations.
    public static func buildArray(_ parts: [[JobRegistration]]) -> [JobRegistration] {
        parts.flatMap(\.self)
    }

    /// Supports `if #available`.
    ///
    /// - Parameter part: What the branch gave.
    /// - Returns: The registrations.
    public static func buildLimitedAvailability(_ part: [JobRegistration]) -> [JobRegistration] {
        part
    }

    /// Refuses what has no jobs.
    ///
    /// - Parameter value: Something that is not a receiver.
    /// - Returns: Nothing; it is never called.
    @available(*, unavailable, message: "this has no jobs; mark its type with @Jobs, or register a Job")
    public static func buildExpression<Value>(_ value: Value) -> [JobRegistration] { [] }
}
