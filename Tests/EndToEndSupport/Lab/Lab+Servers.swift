package import Baton
import RabbitMQClient

extension Lab {
    /// Runs a server for the length of a body, and stops it gracefully unless the body has ended it.
    ///
    /// - Parameters:
    ///   - node: Whose client it works with; the test's own by default.
    ///   - queues: The queues it serves.
    ///   - configuration: How it behaves.
    ///   - probes: Whether it probes queues in which jobs wait for long; on a slow machine they do so in any test, and a
    ///     probe is one message more.
    ///   - startsEagerly: Whether what its client enqueues may start at once; most tests are about the way through the queue.
    ///   - registrations: The jobs it knows.
    ///   - body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body or the server throws.
    @discardableResult
    package func withServer<Result>(
        on node: LabNode? = nil,
        queues: [String] = ["default"],
        configuration: JobServerConfiguration = .init(),
        probes: Bool = false,
        startsEagerly: Bool = false,
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration],
        while body: (LabServer) async throws -> Result
    ) async throws -> Result {
        use(queues)
        var configuration = configuration
        if !probes { configuration.lostAge = .seconds(3600) }
        if !startsEagerly { configuration.eagerStarts = 0 }
        if isUndisturbed {
            configuration.unpublishedAge = .seconds(3600)
            configuration.lease = max(configuration.lease, .seconds(60))
        }
        let server = LabServer(
            try JobServer(
                (node ?? self.node).jobs,
                queues: queues,
                configuration: configuration,
                logger: log.logger("server"),
                registrations
            ),
            log: log
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [log] in
                do {
                    try await server.run()
                } catch {
                    log.add("server ended: \(error)")
                    throw error
                }
            }
            defer { group.cancelAll() }
            let result = try await body(server)
            if isUndisturbed, !server.hasEnded { try await settle(server, queues) }
            await server.beginStop()
            try await group.waitForAll()
            return result
        }
    }

    /// Lets a server take what is left for it when all jobs are done: a job that it had claimed without a message, before it had
    /// a connection to the broker, has one all the same, and only a server drops that.
    private func settle(_ server: LabServer, _ queues: [String]) async throws {
        try await withBroker { broker in
            let names = queues.flatMap(lanes)
            let deadline = ContinuousClock.now + .seconds(300)
            // What the broker has sent and the server has not read yet shows in neither at first.
            var looks = 0
            while looks < 2 {
                guard ContinuousClock.now < deadline else {
                    throw LabError("five minutes after the last job the server is not idle, or its queues not empty")
                }
                if try await count(.enqueued) + count(.processing) > 0 { return }
                var messages = 0
                for name in names { messages += Int(try await broker.state(ofQueue: name)?.messageCount ?? 0) }
                looks = messages == 0 && server.server.isIdle ? looks + 1 : 0
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
