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

    /// Publishes a job, and waits until the broker has taken charge of it.
    ///
    /// - Parameter job: The job.
    /// - Throws: ``BenchError`` when it did not.
    func publish(_ job: SubmittedNoOp) async throws {
        guard try await publish(contentsOf: [job]) == 1 else {
            throw BenchError(.failure, "A submission was refused: its queue is full.")
        }
    }
}
