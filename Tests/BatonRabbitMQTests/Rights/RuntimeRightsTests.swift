import Baton
import BatonRabbitMQ
import Foundation
import Locking
import RabbitMQClient
import Testing

/// Servers and clients whose account may not configure the broker.
@Suite(.timeLimit(.minutes(15)))
struct RuntimeRightsTests {
    /// Notes what it is told.
    private final class Watch: QueueWatch {
        private let state = Locked<[String]>([])

        var asked: [String] { state.withLock { $0 } }

        func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
            state.withLock { $0.append(queue) }
        }
    }

    private struct Note: Job {
        static let name = "test.note"
        var text: String

        func run(in context: JobContext) async throws -> String { text }
    }

    @Test
    func jobsRunForAnAccountThatOnlyVerifies() async throws {
        try await withRights { rights in
            var configuration = JobServerConfiguration()
            configuration.submissions = SubmissionOptions()
            // What is tried is the way through the broker.
            configuration.eagerStarts = 0
            try await withJobClient(
                storage: InMemoryStorage(),
                transport: try rights.makeTransport(.verify),
                logger: TransportScope.logger
            ) { jobs in
                let server = try JobServer(jobs, configuration: configuration, logger: TransportScope.logger) {
                    Note.self
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.run() }
                    defer { group.cancelAll() }
                    let lanes = ["dispatch", "bundle", "urgent", "low", "submit"].map { "\($0).default" }
                    try await rights.withConnection(as: nil) { broker in
                        for lane in lanes {
                            try await eventually("\(lane) is consumed") {
                                try await broker.state(ofQueue: "\(rights.namespace).\(lane)")?.consumerCount == 1
                            }
                        }
                    }
                    let handle = try await jobs.enqueue(Note(text: "hello"))
                    try await eventually("it runs") { try await handle.status()?.state == .succeeded }
                    let id = UUID()
                    let submission = rights.submission(to: "submit") {
                        $0.properties.messageID = id.uuidString.lowercased()
                    }
                    #expect(try await rights.publish(submission, as: rights.producer()).kind == .confirmed)
                    try await eventually("what was submitted runs") {
                        try await jobs.job(JobID(id)).status()?.state == .succeeded
                    }
                }
            }
        }
    }

    @Test
    func everythingThatATransportDoesIsAllowed() async throws {
        try await withRights { rights in
            try await rights.withTransport(.verify) { transport in
                let presence = ServerPresence.random
                let consumer = transport.makeConsumer(queues: ["default"], prefetch: 10, presence: presence)
                try await withConsumer(consumer) { consumer in
                    try await eventually("the server is seen") { await consumer.sight(presence)?.isThere == true }
                    // Its queue is there before words come into it.
                    try await eventually("the server hears words") { await consumer.isPresent() }
                    let message = wakeUp()
                    #expect(await transport.publish([message]) == [.confirmed])
                    let deliveries = try await consumer.deliveries(1)
                    #expect(deliveries.map(\.message) == [message])
                    await consumer.acknowledge(deliveries)
                    await transport.broadcast(.deleted(message.id))
                    #expect(try await consumer.words(1) == [.deleted(message.id)])
                    #expect(await transport.publish(ProbeID(UUID()), to: "default"))
                    #expect(await transport.park([message], reason: "no row") == [.confirmed])
                }
            }
            let parked = try await rights.withConnection(as: nil) {
                try await $0.takeMessage(fromQueue: "\(rights.namespace).parked")
            }
            #expect(parked?.properties.headers["x-parked-reason"]?.string == "no row")
        }
    }

    @Test
    func aVerifyingAccountConfiguresNothingButItsOwnQueueForWords() async throws {
        try await withRights(tenants: ["shop"]) { rights in
            let (runtime, namespace) = (rights.runtime, rights.namespace)
            for name in ["dispatch.new", "bundle.new", "submit.new", "parked", "rejected"] {
                try await rights.expectDenied(runtime, "declare \(name)") {
                    try await $0.declare(RabbitMQTopology(queues: [.classic("\(namespace).\(name)")]))
                }
                try await rights.expectDenied(runtime, "delete \(name)") {
                    try await $0.deleteQueue("\(namespace).\(name)")
                }
            }
            for exchange in ["submit", "submit.shop"] {
                let outcome = try await rights.publish(rights.submission(to: exchange), as: runtime)
                #expect(outcome.error?.code == .accessRefused, "\(exchange): \(outcome)")
            }
        }
    }

    @Test
    func aMissingQueueIsNamedAndUsedOnceItIsThere() async throws {
        try await withRights { rights in
            let watch = Watch()
            let transport = try rights.makeTransport(.verify)
            transport.watch(watch)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await transport.run() }
                defer { group.cancelAll() }
                try await eventually("the transport connects") { transport.isConnected }
                let consumer = transport.makeConsumer(queues: ["default", "mail"], prefetch: 10, presence: .random)
                try await withConsumer(consumer) { consumer in
                    // What is there works beside what is not.
                    #expect(await transport.publish([wakeUp()]) == [.confirmed])
                    await consumer.acknowledge(try await consumer.deliveries(1))
                    let outcome = try #require(await transport.publish([wakeUp("mail")]).first)
                    let reason = try #require(outcome.reason)
                    #expect(outcome == .refused(reason: reason))
                    #expect(reason.contains("queue \(rights.namespace).dispatch.mail is missing"), "\(reason)")
                    #expect(reason.contains("baton topology --definitions"), "\(reason)")
                    #expect(watch.asked.contains("mail"), "what had been in it is to be published again")

                    var definitions = try rights.definitions(queues: ["default", "mail"])
                    definitions.makesAccounts = false
                    try await rights.load(definitions)
                    let message = wakeUp("mail")
                    try await eventually("it is published") {
                        await transport.publish([message]) == [.confirmed]
                    }
                    let arrived = try await consumer.deliveries(1)
                    #expect(arrived.map(\.message) == [message], "\(arrived)")
                }
            }
        }
    }

    @Test
    func aQueueThatGoesAwayIsUsedAgainOnceItIsBack() async throws {
        try await withRights { rights in
            try await rights.withTransport(.verify) { transport in
                let consumer = transport.makeConsumer(queues: ["default"], prefetch: 10, presence: .random)
                try await withConsumer(consumer) { consumer in
                    #expect(await transport.publish([wakeUp()]) == [.confirmed])
                    await consumer.acknowledge(try await consumer.deliveries(1))
                    try await rights.withConnection(as: nil) { broker in
                        try await broker.deleteQueue("\(rights.namespace).dispatch.default")
                    }
                    try await eventually("it is noticed") {
                        let reason = await transport.publish([wakeUp()]).first?.reason
                        return reason?.contains("baton topology --definitions") == true
                    }
                    var definitions = try rights.definitions(queues: ["default"])
                    definitions.makesAccounts = false
                    try await rights.load(definitions)
                    let message = wakeUp()
                    try await eventually("it is published") { await transport.publish([message]) == [.confirmed] }
                    var arrived: [DispatchMessage] = []
                    while !arrived.contains(message) { arrived += try await consumer.deliveries(1).map(\.message) }
                }
            }
        }
    }

    @Test
    func anAccountThatDeclaresFindsWhatWasImportedAsItShouldBe() async throws {
        try await withRights(change: { $0.runtimeDeclares = true }) { rights in
            try await rights.withTransport(.declare) { transport in
                // Of the second queue there is nothing yet.
                for queue in ["default", "other"] {
                    #expect(await transport.publish([wakeUp(queue)]) == [.confirmed])
                }
                let consumer = try #require(
                    transport.makeSubmissionConsumer(queues: ["default", "other"], prefetch: 10, executor: nil)
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await consumer.run() }
                    defer { group.cancelAll() }
                    try await rights.withConnection(as: nil) { broker in
                        for queue in ["submit.default", "submit.other"] {
                            try await eventually("\(queue) is consumed") {
                                try await broker.state(ofQueue: "\(rights.namespace).\(queue)")?.consumerCount == 1
                            }
                        }
                    }
                }
            }
        }
    }
}
