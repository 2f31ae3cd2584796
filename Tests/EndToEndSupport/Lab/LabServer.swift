package import Baton
import ServiceLifecycle

/// A server that runs in a test, and can be ended in more than one way.
package final class LabServer: Sendable {
    /// The server.
    package let server: JobServer
    private let services: ServiceGroup
    private let killed = Latch()
    private let ended = Latch()

    init(_ server: JobServer, log: LabLog) {
        self.server = server
        services = ServiceGroup(services: [server], logger: log.logger("server"))
    }

    /// Asks for a graceful shutdown, and returns at once.
    package func beginStop() async {
        await services.triggerGracefulShutdown()
    }

    /// Shuts down gracefully, and waits for the end.
    ///
    /// - Throws: `CancellationError`.
    package func stop() async throws {
        await beginStop()
        try await ended.wait()
    }

    /// Ends the server without any farewell, as the death of its process would, and waits for the end.
    ///
    /// - Throws: `CancellationError`.
    package func kill() async throws {
        killed.open()
        try await ended.wait()
    }

    /// Whether it has ended.
    package var hasEnded: Bool { ended.isOpen }

    /// Runs until it is stopped or killed.
    ///
    /// - Throws: What the server throws, unless it was killed.
    func run() async throws {
        defer { ended.open() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.services.run() }
            group.addTask {
                try await self.killed.wait()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch {
                guard killed.isOpen else { throw error }
            }
        }
    }
}
