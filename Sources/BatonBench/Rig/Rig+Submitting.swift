import Baton
import RabbitMQClient
import ServiceLifecycle

extension Rig {
    /// Runs a producer for the length of a body, with a connection of its own.
    ///
    /// - Parameter body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `RabbitMQError`; ``BenchError`` when the broker cannot be reached.
    func withProducer<Result>(_ body: (BenchProducer) async throws -> Result) async throws -> Result {
        let publisher = RabbitMQPublisher(
            try RabbitMQConfiguration(url: environment.rabbitMQURL),
            patience: .seconds(10),
            logger: environment.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            return try await body(BenchProducer(publisher, namespace: namespace))
        }
    }

    /// Waits until so many jobs have succeeded.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - counter: What counts them.
    /// - Throws: ``BenchError`` when no further one has for a minute: one was lost, failed, or was taken for no job.
    func wait(until count: Int, of counter: TargetCounter) async throws {
        var (last, since) = (counter.count, ContinuousClock.now)
        while counter.count < count {
            if counter.count > last { (last, since) = (counter.count, .now) }
            guard since.duration(to: .now) < .seconds(60) else {
                throw BenchError(.failure, "Only \(last) of \(count) jobs have succeeded, and none for a minute.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
