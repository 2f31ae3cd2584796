/// A type whose methods are jobs; `@Jobs` writes the conformance.
///
/// An instance is what the jobs' methods are called on, and where their dependencies live.
public protocol JobReceiver: Sendable {
    /// The type's jobs.
    static var jobs: [JobDefinition<Self>] { get }
}
