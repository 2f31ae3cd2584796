import PollExecutor

/// Makes connections on a thread that may block.
enum Connector {
    /// Connects to a broker without blocking the caller.
    ///
    /// Names are looked up by a blocking call without a limit, so all of it happens on a thread of its own. Whoever
    /// abandons the attempt leaves that thread behind to end by itself.
    static func connect(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration,
        attempt: ConnectAttempt = ConnectAttempt(),
        on executor: PollExecutor
    ) async throws(RabbitMQError) -> ConnectionHandle {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<ConnectAttempt.Outcome, Never>) in
                attempt.start(continuation)
                do throws(PollExecutorError) {
                    try BlockingThread.start(name: "rabbit-connect") {
                        attempt.finish(
                            Result { () throws(RabbitMQError) in try ConnectionHandle(endpoint, configuration) }
                        )
                    }
                } catch {
                    let message = "No connection to \(endpoint.host): \(error.message)"
                    attempt.finish(
                        .failure(RabbitMQError(code: .connectFailed, message: message, underlyingError: error))
                    )
                }
                executor.execute { [weak executor, weak attempt] in
                    // Later than the thread's own deadline, which has the better message.
                    _ = executor?.schedule(after: configuration.connectTimeout + .seconds(1)) { [weak attempt] in
                        attempt?.finish(.failure(Self.timeout(endpoint, configuration)))
                    }
                }
            }
        } onCancel: {
            attempt.abandon()
        }
        return try outcome.get()
    }

    private static func timeout(
        _ endpoint: RabbitMQConfiguration.Endpoint,
        _ configuration: RabbitMQConfiguration
    ) -> RabbitMQError {
        RabbitMQError(
            code: .connectFailed,
            message: "No connection to \(endpoint.host) within \(configuration.connectTimeout): "
                + "the name look-up does not end"
        )
    }
}
