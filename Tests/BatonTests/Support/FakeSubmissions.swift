import Locking

@testable import Baton

/// Submissions of a test, and what a server does with them.
///
/// At each acknowledgement it asks storage whether it has taken over.
final class FakeSubmissions: SubmissionConsumer {
    private struct State {
        var waiting: [SubmissionDelivery] = []
        var unsettled: Set<UInt64> = []
        var lastTag: UInt64 = 0
        var acknowledged: [SubmittedMessage] = []
        var givenBack: [SubmittedMessage] = []
        var isPaused = false
        var isStopped = false
        var rejects: [RejectedSubmission] = []
        var refusesRejects = false
    }

    private let state = Locked(State())
    private let wakeup = Wakeup()
    private let storage: FakeStorage

    init(storage: FakeStorage) {
        self.storage = storage
    }

    // MARK: The test's side

    /// A good submission of ``Script``, unless something is changed.
    func message(
        _ id: String,
        _ text: String = "",
        _ change: (inout SubmittedMessage) -> Void = { _ in }
    ) -> SubmittedMessage {
        var message = SubmittedMessage(
            queue: "default",
            exchange: "submit",
            routingKey: "default",
            body: Array(#"{"text": "\#(text)"}"#.utf8)
        )
        message.type = Script.Call.name
        message.messageID = id
        change(&message)
        message.bodySize = message.body.count
        return message
    }

    func submit(_ messages: [SubmittedMessage]) {
        state.withLock { state in
            for message in messages {
                state.lastTag += 1
                state.waiting.append(SubmissionDelivery(message: message, session: 1, tag: state.lastTag))
            }
        }
        wakeup.ring()
    }

    var acknowledged: [SubmittedMessage] { state.withLock(\.acknowledged) }
    var givenBack: [SubmittedMessage] { state.withLock(\.givenBack) }
    var isPaused: Bool { state.withLock(\.isPaused) }
    var unsettledCount: Int { state.withLock(\.unsettled.count) }
    var rejects: [RejectedSubmission] { state.withLock(\.rejects) }

    var refusesRejects: Bool {
        get { state.withLock(\.refusesRejects) }
        set { state.withLock { $0.refusesRejects = newValue } }
    }

    /// Takes rejects as the broker would.
    func take(_ rejects: [RejectedSubmission]) -> [PublishOutcome] {
        state.withLock { state in
            if state.refusesRejects { return rejects.map { _ in .refused(reason: "full, says the test") } }
            state.rejects += rejects
            return rejects.map { _ in .confirmed }
        }
    }

    // MARK: SubmissionConsumer

    func next() async -> [SubmissionDelivery]? {
        while true {
            let deliveries = state.withLock { state in
                guard !state.isPaused, !state.isStopped else { return [SubmissionDelivery]() }
                defer { state.waiting = [] }
                state.unsettled.formUnion(state.waiting.map(\.tag))
                return state.waiting
            }
            if !deliveries.isEmpty { return deliveries }
            guard (try? await wakeup.wait()) != nil else { return nil }
        }
    }

    func run() async throws {
        await Gate().pass()
    }

    func setPaused(_ isPaused: Bool, queue: String) async {
        state.withLock { $0.isPaused = isPaused }
        wakeup.ring()
    }

    func stopDeliveries() async {
        state.withLock { $0.isStopped = true }
    }

    func acknowledge(_ deliveries: [SubmissionDelivery]) async {
        for delivery in deliveries {
            let message = delivery.message
            let isStored = storage.read { tables in
                let key = Submission.Key(source: message.producer, messageID: message.messageID ?? "")
                return tables.submissions.known[key] != nil
                    || tables.submissions.rejects.contains { $0.message.messageID == message.messageID }
            }
            if !isStored { storage.report("a submission was acknowledged that storage does not have") }
            state.withLock { state in
                if state.unsettled.remove(delivery.tag) == nil { storage.report("a submission was settled twice") }
                state.acknowledged.append(message)
            }
        }
    }

    func giveBack(_ deliveries: [SubmissionDelivery]) async {
        state.withLock { state in
            state.unsettled.subtract(deliveries.map(\.tag))
            state.givenBack += deliveries.map(\.message)
        }
    }
}
