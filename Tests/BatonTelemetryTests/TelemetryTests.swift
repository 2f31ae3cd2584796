import Baton
import BatonTelemetry
import CoreMetrics
import InMemoryTracing
import Logging
import MetricsTestKit
import ServiceLifecycle
import Testing
import Tracing

@Suite("Metrics and traces", .timeLimit(.minutes(15)))
struct TelemetryTests {
    private let metrics = TestMetrics()
    private let tracer = HeaderTracer()

    @Test("A run is linked to the span in which its job was enqueued, whatever trace that is")
    func linkedSpans() async throws {
        try await withJobs([JobTracing(tracer: tracer)]) { jobs in
            try await succeed(try await jobs.enqueue(Tell()))
        }
        let (create, process) = try spans()
        #expect(create.operationName == "create default")
        #expect(create.kind == .producer)
        #expect(process.operationName == "process default")
        #expect(process.kind == .consumer)
        #expect(process.spanContext.traceID != create.spanContext.traceID)
        #expect(process.spanContext.parentSpanID == nil)
        let links = process.links.compactMap(\.context.inMemorySpanContext)
        #expect(links.map(\.spanID) == [create.spanContext.spanID])
        #expect(links.map(\.traceID) == [create.spanContext.traceID])
        #expect(process.attributes.get("messaging.message.id") == create.attributes.get("messaging.message.id"))
        #expect(process.attributes.get("baton.job.attempt")?.toSpanAttribute() == .int64(1))
        #expect(process.errors.isEmpty)
    }

    @Test("A run may be a child of the enqueue, in the trace of whoever made that")
    func childSpans() async throws {
        try await withJobs([JobTracing(tracer: tracer, relation: .child)]) { [tracer] jobs in
            let job = try await tracer.withSpan("request") { _ in try await jobs.enqueue(Tell()) }
            try await succeed(job)
        }
        let spans = tracer.finishedSpans
        let request = try #require(spans.first { $0.operationName == "request" })
        let create = try #require(spans.first { $0.spanContext.parentSpanID == request.spanContext.spanID })
        #expect(create.operationName == "create default")
        let process = try #require(spans.first { $0.spanContext.parentSpanID == create.spanContext.spanID })
        #expect(process.operationName == "process default")
        #expect(process.spanContext.traceID == request.spanContext.traceID)
    }

    @Test("An error is recorded in the run's span; that a job waits or goes is none")
    func errors() async throws {
        try await withJobs([JobTracing(tracer: tracer)]) { jobs in
            let failed = try await jobs.enqueue(Fail())
            try await reach(.failed, failed)
            let discarded = try await jobs.enqueue(Discard())
            try await reach(.deleted, discarded)
        }
        let processes = tracer.finishedSpans.filter { $0.kind == .consumer }
        #expect(processes.count == 2)
        #expect(processes.first?.errors.count == 1)
        #expect(processes.first?.status?.code == .error)
        #expect(processes.last?.errors.isEmpty == true)
        #expect(processes.last?.status == nil)
    }

    @Test("Jobs are counted where they are enqueued and where they end, by name")
    func counters() async throws {
        try await withJobs([JobMetrics(factory: metrics)]) { [metrics] jobs in
            for _ in 0..<3 { try await succeed(try await jobs.enqueue(Tell())) }
            try await reach(.failed, try await jobs.enqueue(Fail()))
            // The last is told of after it is stored.
            try await eventually {
                metrics.counterTotal(label: "jobs.state.transitions") == 4
            }
        }
        func total(_ label: String, _ dimensions: [(String, String)]) -> Int64 {
            metrics.counterTotal(label: label, dimensions: dimensions)
        }
        #expect(total("jobs.enqueued", [("job.name", Tell.name), ("queue.name", "default")]) == 3)
        #expect(total("jobs.enqueued", [("job.name", Fail.name), ("queue.name", "default")]) == 1)
        let transitions = "jobs.state.transitions"
        #expect(total(transitions, [("job.name", Tell.name), ("from", "processing"), ("to", "succeeded")]) == 3)
        #expect(total(transitions, [("job.name", Fail.name), ("from", "processing"), ("to", "failed")]) == 1)
        let timer = try metrics.expectTimer(
            "messaging.process.duration",
            [("job.name", Tell.name), ("queue.name", "default"), ("job.state", "succeeded")]
        )
        #expect(timer.values.count == 3)
        #expect(timer.values.allSatisfy { $0 >= 0 })
        #expect(metrics.timers(label: "jobs.queue.latency").count == 2)
    }

    @Test("Repairs are counted by reason, and what else is counted as an event")
    func repairs() {
        let filter = JobMetrics(factory: metrics)
        filter.didCount([.repairedLost: 2, .fencedCompletions: 1])
        filter.didCount([.repairedLost: 1])
        #expect(metrics.counterTotal(label: "jobs.reconciler.repaired", dimensions: [("reason", "lost")]) == 3)
        #expect(metrics.counterTotal(label: "jobs.events", dimensions: [("event", "fenced_completions")]) == 1)
    }

    // MARK: Steps

    private func spans() throws -> (create: FinishedInMemorySpan, process: FinishedInMemorySpan) {
        let spans = tracer.finishedSpans
        return (
            try #require(spans.first { $0.kind == .producer }), try #require(spans.first { $0.kind == .consumer })
        )
    }

    private func withJobs(_ filters: [any JobFiltering], _ body: (JobClient) async throws -> Void) async throws {
        var configuration = JobClientConfiguration()
        configuration.filters = JobFilters(filters)
        let logger = Logger(label: "telemetry") { _ in SwiftLogNoOpLogHandler() }
        let storage = InMemoryStorage()
        let jobs = JobClient(storage: storage, configuration: configuration, logger: logger)
        let server = try JobServer(jobs, logger: logger) {
            Tell.self
            Fail.self
            Discard.self
        }
        let services = ServiceGroup(services: [storage, jobs, server], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            defer { group.cancelAll() }
            try await body(jobs)
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private func succeed(_ job: JobHandle<Void>) async throws {
        try await reach(.succeeded, job)
    }

    private func reach(_ state: JobState, _ job: JobHandle<Void>) async throws {
        try await eventually { try await job.status()?.state == state }
    }

    private func eventually(_ holds: () async throws -> Bool) async throws {
        while try await !holds() { try await Task.sleep(for: .milliseconds(2)) }
    }
}
