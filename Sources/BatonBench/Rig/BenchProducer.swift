import RabbitMQClient

/// Publishes jobs as a program in another language does: with an ordinary client, confirmed.
struct BenchProducer: Sendable {
    private let publisher: RabbitMQPublisher
    private let namespace: String

    /// Creates a producer.
    ///
    /// - Parameters:
    ///   - publisher: What publishes; it runs elsewhere.
    ///   - namespace: What the names of exchanges begin with.
    init(_ publisher: RabbitMQPublisher, namespace: String) {
        self.publisher = publisher
        self.namespace = namespace
    }

    /// Publishes jobs, and waits until the broker has answered for each.
    ///
    /// - Parameter jobs: The jobs.
    /// - Returns: Of how many it has taken charge; it refused the others, for their queue is full.
    /// - Throws: ``BenchError`` when it did neither.
    func publish(contentsOf jobs: [SubmittedNoOp]) async throws -> Int {
        let outcomes = await publisher.publish(try jobs.map { try $0.message(to: namespace, queue: Rig.queue) })
        for outcome in outcomes where !outcome.isConfirmed && outcome.kind != .nacked {
            throw BenchError(.failure, "A submission was not taken: \(outcome).")
        }
        return outcomes.count(where: \.isConfirmed)
    }

    /// Publishes a job, and waits until the broker has taken charge of it; again while no server has declared its queue, or
    /// not even the exchange.
    ///
    /// - Parameter job: The job.
    /// - Throws: ``BenchError`` when it did not.
    func publish(_ job: SubmittedNoOp) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let outcome = await publisher.publish([try job.message(to: namespace, queue: Rig.queue)])[0]
            if outcome.isConfirmed { return }
            guard outcome.kind != .nacked, ContinuousClock.now < deadline else {
                throw BenchError(.failure, "A submission was not taken: \(outcome).")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
