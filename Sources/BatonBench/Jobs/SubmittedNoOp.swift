import Baton
import Foundation
import RabbitMQClient

/// A job that another program publishes; it only notes when it starts.
struct SubmittedNoOp: JobCall {
    typealias Receiver = SubmissionRecorder

    static let name = "bench.submitted"

    /// When it was to be published, in nanoseconds of ``MonotonicClock``.
    let dueAt: UInt64
    /// When it was, by the same clock.
    let calledAt: UInt64
    /// How long it keeps its thread busy, in milliseconds.
    let milliseconds: Int
    let arguments: SampleArguments

    init(dueAt: UInt64, milliseconds: Int = 0) {
        self.dueAt = dueAt
        self.milliseconds = milliseconds
        calledAt = MonotonicClock.now
        arguments = .typical
    }

    func run(on recorder: SubmissionRecorder, in context: JobContext) async throws {
        recorder.start(context.id, dueAt: dueAt, calledAt: calledAt)
        if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
    }

    /// What a producer publishes, as the contract for other languages wants it.
    ///
    /// - Parameters:
    ///   - namespace: What the names of exchanges begin with.
    ///   - queue: The queue of the job.
    /// - Returns: The message, with an id of its own.
    /// - Throws: What encoding throws.
    func message(to namespace: String, queue: String) throws -> RabbitMQMessage {
        RabbitMQMessage(
            exchange: "\(namespace).submit",
            routingKey: queue,
            properties: RabbitMQProperties(
                messageID: UUID().uuidString.lowercased(),
                type: Self.name,
                contentType: "application/json"
            ),
            body: Array(try JSONEncoder().encode(self))
        )
    }
}

extension SubmissionRecorder: JobReceiver {
    static var jobs: [JobDefinition<SubmissionRecorder>] { [JobDefinition(SubmittedNoOp.self)] }
}
