import Testing

@testable import Baton

extension World {
    /// A server that starts jobs as they are stored.
    func eagerServer(
        eagerStarts: Int = 2,
        heartbeatInterval: Duration = .seconds(2),
        _ script: Script = Script()
    ) throws -> JobServer {
        try server(
            configure: { configuration in
                configuration.eagerStarts = eagerStarts
                configuration.heartbeatInterval = heartbeatInterval
                // Or more heartbeats follow the first, until others know the server.
                configuration.fastTakeover = false
            },
            script
        )
    }

    /// Enqueues one job.
    func enqueueOne(_ text: String = "") async throws -> JobID {
        try await client.enqueue(Script.Call(text: text)).id
    }

    /// How many jobs have come by way of the queue.
    var publishedCount: Int { broker.read { $0.published.count } }

    /// Checks that no mark waits for a message that will never be sent.
    func expectAllSettled(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await client.publisher.saveWatermark()
        #expect(session?.watermark.pending == [], sourceLocation: sourceLocation)
    }

    /// Whether jobs would start as they are stored now.
    func startsEagerly(_ jobs: NewJob...) -> Bool {
        guard let start = client.localServers.eagerStart(of: jobs) else { return false }
        start.cancel()
        return true
    }

    /// Waits until jobs start as they are stored, and for the first that does.
    func listenEagerly(through gate: Gate? = nil) async throws {
        try await eventually("the server serves") { startsEagerly(.script()) }
        let id = try await enqueueOne()
        if let gate {
            await gate.arrivals(reach: 1)
        } else {
            try await reach(.succeeded, id)
        }
        #expect(storage.calls(.eagerInsert) == 1)
    }
}

extension NewJob {
    /// A job as a call of the tests' script makes it.
    static func script(
        _ start: NewJob.Start = .enqueued(nil),
        name: String = Script.Call.name,
        queue: String = "default"
    ) -> NewJob {
        NewJob(
            id: Sample.id(1),
            name: name,
            queue: queue,
            arguments: .emptyObject,
            priority: 0,
            maximumAttempts: 1,
            timeout: nil,
            start: start
        )
    }
}
