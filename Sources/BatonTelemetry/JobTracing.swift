public import Baton
public import Tracing

/// Spans of jobs, by OpenTelemetry's conventions for messaging.
///
/// An enqueue makes a span `create QUEUE` of the kind producer, and stores its context with the job; each run makes a span
/// `process QUEUE` of the kind consumer, wherever and however late it is. Give it to the clients that enqueue and to those of
/// the servers:
///
/// ```swift
/// configuration.filters = [JobTracing(), JobMetrics()]
/// ```
public struct JobTracing: JobCreationFilter, JobRunFilter {
    /// What a run's span has to do with the span in which its job was enqueued.
    public enum Relation: Sendable, Hashable {
        /// It begins a trace of its own, with a link: what the conventions say of work that is done some time later.
        case link
        /// It is a child, in the same trace.
        case child
    }

    private let tracer: any Tracer
    private let relation: Relation

    /// Creates the filter.
    ///
    /// - Parameters:
    ///   - tracer: Where spans go; what the program has bootstrapped by default.
    ///   - relation: What a run's span has to do with that of the enqueue.
    public init(tracer: any Tracer = InstrumentationSystem.tracer, relation: Relation = .link) {
        self.tracer = tracer
        self.relation = relation
    }

    /// Makes the span of the enqueue, and stores its context with the job.
    ///
    /// - Parameter job: The job.
    /// - Throws: Nothing.
    public func willCreate(_ job: inout JobCreation) async throws {
        // What another program has submitted bears its trace already, and nobody's is current.
        let context = job.trace.map(origin) ?? ServiceContext.current ?? .topLevel
        let span = tracer.startSpan("create \(job.queue)", context: context, ofKind: .producer)
        span.updateAttributes { Self.describe(&$0, "create", job.id, job.name, job.queue) }
        var headers = TraceHeaders()
        tracer.inject(span.context, into: &headers, using: headers)
        if let trace = headers.context { job.trace = trace }
        span.end()
    }

    /// Runs the job in a span.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - context: The run this is.
    ///   - next: What is run.
    /// - Returns: What it returns.
    /// - Throws: What it throws; a job that wants to wait or to be gone has not failed.
    public func run(
        _ job: ClaimedJob,
        in context: JobContext,
        next: () async throws -> JSONText?
    ) async throws -> JSONText? {
        let span = start(job)
        defer { span.end() }
        do {
            return try await ServiceContext.withValue(span.context) { try await next() }
        } catch {
            if !(error is JobSnooze || error is JobDiscard) {
                span.recordError(error)
                span.setStatus(SpanStatus(code: .error))
                span.updateAttributes { $0["error.type"] = String(reflecting: type(of: error)) }
            }
            throw error
        }
    }

    private func start(_ job: ClaimedJob) -> any Span {
        let origin = job.trace.map(origin) ?? .topLevel
        let parent = relation == .child ? origin : .topLevel
        let span = tracer.startSpan("process \(job.queue)", context: parent, ofKind: .consumer)
        if relation == .link, job.trace != nil {
            span.addLink(SpanLink(context: origin, attributes: [:]))
        }
        span.updateAttributes { attributes in
            Self.describe(&attributes, "process", job.id, job.name, job.queue)
            attributes["baton.job.run"] = job.run
            attributes["baton.job.attempt"] = job.attempt
        }
        return span
    }

    /// The context of whoever enqueued a job.
    private func origin(_ trace: TraceContext) -> ServiceContext {
        var context = ServiceContext.topLevel
        let headers = TraceHeaders(trace)
        tracer.extract(headers, into: &context, using: headers)
        return context
    }

    /// As OpenTelemetry's conventions for messaging name it.
    private static func describe(
        _ attributes: inout SpanAttributes,
        _ operation: String,
        _ id: JobID,
        _ name: String,
        _ queue: String
    ) {
        attributes["messaging.system"] = "baton"
        attributes["messaging.operation.name"] = operation
        attributes["messaging.operation.type"] = operation
        attributes["messaging.destination.name"] = queue
        attributes["messaging.message.id"] = id.description
        attributes["baton.job.name"] = name
    }
}
