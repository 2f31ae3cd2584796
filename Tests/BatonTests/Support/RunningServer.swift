import Baton
import ServiceLifecycle
import Testing

/// A server in a service group of its own, so that a test can shut it down gracefully.
final class RunningServer: Sendable {
    private let group: ServiceGroup
    private let ended = Shared(false)

    init(_ server: JobServer) {
        group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: World.logger
            )
        )
    }

    var hasEnded: Bool {
        ended.value
    }

    /// Asks for a graceful shutdown; does not wait for it.
    func stop() async {
        await group.triggerGracefulShutdown()
    }

    func run() async throws {
        defer { ended.change { $0 = true } }
        try await group.run()
    }
}

extension World {
    /// Runs the client and a server that the test is to stop; waits for its end.
    func serve(
        _ server: JobServer,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let running = RunningServer(server)
        try await run(sourceLocation: sourceLocation) {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await running.run() }
                defer { tasks.cancelAll() }
                try await body(running)
                try await eventually("the server ends", sourceLocation: sourceLocation) { running.hasEnded }
                try await tasks.waitForAll()
            }
        }
    }
}
