/// One thing that every implementation must do, and the trial that finds out whether it does.
///
/// A rule fits a parametrised test:
///
/// ```swift
/// @Test(arguments: JobStorageConformance.rules)
/// func conforms(_ rule: JobStorageConformance.Rule) async throws {
///     try await rule.check(try await makeSubject())
/// }
/// ```
public struct ConformanceRule<Subject: Sendable>: Sendable, Identifiable, CustomStringConvertible {
    /// A short name that no other rule of the suite has.
    public let name: String
    /// What is required, in one sentence, and where PROTOCOL.md or the protocol's documentation says so.
    public let statement: String
    private let body: @Sendable (Subject) async throws -> Void

    init(_ name: String, _ statement: String, _ body: @escaping @Sendable (Subject) async throws -> Void) {
        self.name = name
        self.statement = statement
        self.body = body
    }

    /// The name.
    public var id: String { name }

    /// The name.
    public var description: String { name }

    /// Tries whether an implementation follows the rule.
    ///
    /// - Parameter subject: The implementation, fresh: without a job, a server or a message.
    /// - Throws: ``ConformanceViolation`` when it does not; `CancellationError` when the task is cancelled.
    public func check(_ subject: Subject) async throws {
        do {
            try await body(subject)
        } catch let mismatch as ConformanceMismatch {
            throw ConformanceViolation(
                rule: name,
                statement: statement,
                expected: mismatch.expected,
                found: mismatch.found
            )
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            throw ConformanceViolation(
                rule: name,
                statement: statement,
                expected: "no error",
                found: "\(type(of: error)): \(error)"
            )
        }
    }
}

extension Sequence {
    /// Checks rules one after another, each with a subject of its own.
    ///
    /// For where there is no parametrised test.
    ///
    /// - Parameter make: Makes a fresh subject.
    /// - Returns: The violations found.
    /// - Throws: What the closure throws; `CancellationError` when the task is cancelled.
    public func violations<Subject>(
        _ make: () async throws -> Subject
    ) async throws -> [ConformanceViolation] where Element == ConformanceRule<Subject> {
        var violations: [ConformanceViolation] = []
        for rule in self {
            let subject = try await make()
            do {
                try await rule.check(subject)
            } catch let violation as ConformanceViolation {
                violations.append(violation)
            }
        }
        return violations
    }
}
