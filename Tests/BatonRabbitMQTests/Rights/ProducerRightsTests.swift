import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

/// What an account of a producer can do, and that it can do nothing else.
@Suite(.timeLimit(.minutes(15)))
struct ProducerRightsTests {
    @Test
    func aTenantSubmitsAndDoesNothingElse() async throws {
        try await withRights(tenants: ["shop", "bank"]) { rights in
            let (shop, namespace) = (rights.producer("shop"), rights.namespace)
            let plain = try await rights.publish(rights.submission(to: "submit.shop"), as: shop)
            #expect(plain.kind == .confirmed)
            let named = rights.submission(to: "submit.shop") { $0.properties.userID = shop }
            #expect(try await rights.publish(named, as: shop).kind == .confirmed)
            let stray = try await rights.publish(rights.submission(to: "submit.shop", queue: "nowhere"), as: shop)
            #expect(stray.kind == .returned)

            let others = ["submit", "submit.bank", "dispatch", "bundle", "urgent", "control", "rejected", "parked"]
            for exchange in others {
                let outcome = try await rights.publish(rights.submission(to: exchange), as: shop)
                #expect(outcome.error?.code == .accessRefused, "\(exchange): \(outcome)")
            }
            let past = rights.submission(to: "submit.shop") { message in
                message.exchange = ""
                message.routingKey = "\(namespace).submit.default"
            }
            #expect(try await rights.publish(past, as: shop).error?.code == .accessRefused)
            let forged = rights.submission(to: "submit.shop") { $0.properties.userID = rights.producer("bank") }
            let outcome = try await rights.publish(forged, as: shop)
            #expect(outcome.error?.replyCode == 406, "\(outcome)")

            let reject = try await rights.withConnection(as: shop) {
                try await $0.takeMessage(fromQueue: "\(namespace).rejected.shop")
            }
            #expect(reject == nil)
            let queues = ["rejected.bank", "rejected", "submit.default", "dispatch.default", "parked"]
            for queue in queues {
                try await rights.expectDenied(shop, "read \(queue)") {
                    _ = try await $0.takeMessage(fromQueue: "\(namespace).\(queue)")
                }
                try await rights.expectDenied(shop, "purge \(queue)") {
                    try await $0.purgeQueue("\(namespace).\(queue)")
                }
                try await rights.expectDenied(shop, "delete \(queue)") {
                    try await $0.deleteQueue("\(namespace).\(queue)")
                }
            }
            try await rights.expectDenied(shop, "delete its own exchange") {
                try await $0.deleteExchange("\(namespace).submit.shop")
            }
            for name in ["\(namespace).mine", "\(namespace).control.mine", "mine"] {
                try await rights.expectDenied(shop, "declare the queue \(name)") {
                    try await $0.declare(RabbitMQTopology(queues: [.classic(name)]))
                }
                try await rights.expectDenied(shop, "declare the exchange \(name)") {
                    try await $0.declare(RabbitMQTopology(exchanges: [RabbitMQExchange(name, kind: .topic)]))
                }
            }
            try await rights.expectDenied(shop, "have the rejects of all") {
                let queue = "\(namespace).rejected.shop"
                let binding = RabbitMQBinding(queue: queue, exchange: "\(namespace).rejected", routingKey: "#")
                try await $0.declare(RabbitMQTopology(bindings: [binding]))
            }
        }
    }

    @Test
    func producersWhoAreNotKeptApartShareAnAccount() async throws {
        try await withRights { rights in
            let producer = rights.producer()
            let outcome = try await rights.publish(rights.submission(to: "submit"), as: producer)
            #expect(outcome.kind == .confirmed)
            for exchange in ["dispatch", "bundle", "urgent", "control", "rejected", "parked"] {
                let outcome = try await rights.publish(rights.submission(to: exchange), as: producer)
                #expect(outcome.error?.code == .accessRefused, "\(exchange): \(outcome)")
            }
            try await rights.expectDenied(producer, "read submissions") {
                _ = try await $0.takeMessage(fromQueue: "\(rights.namespace).submit.default")
            }
            let rejected = "\(rights.namespace).rejected"
            let reject = try await rights.withConnection(as: producer) { try await $0.takeMessage(fromQueue: rejected) }
            #expect(reject == nil)
        }
    }

    @Test
    func aTenantOfSomeQueuesReachesNoOther() async throws {
        try await withRights(queues: ["default", "mail"], tenants: ["bank=mail"]) { rights in
            let bank = rights.producer("bank")
            // `CC` adds keys to a message's own.
            let mail = rights.submission(to: "submit.bank", queue: "mail") {
                $0.properties.headers["CC"] = .array([.string("default")])
            }
            #expect(try await rights.publish(mail, as: bank).kind == .confirmed)
            let other = try await rights.publish(rights.submission(to: "submit.bank"), as: bank)
            #expect(other.kind == .returned)
            let counts = try await rights.withConnection(as: nil) { broker in
                (
                    try await broker.takeMessage(fromQueue: "\(rights.namespace).submit.mail")?.routingKey,
                    try await broker.takeMessage(fromQueue: "\(rights.namespace).submit.default")?.routingKey
                )
            }
            #expect(counts == ("mail", nil))
        }
    }

    @Test
    func aFullQueueIsToldToItsProducer() async throws {
        try await withRights(tenants: ["shop"], change: { $0.maximumSubmissions = 3 }) { rights in
            var outcome = try await rights.publish(rights.submission(to: "submit.shop"), as: rights.producer("shop"))
            #expect(outcome.kind == .confirmed)
            // A quorum queue notices somewhat late that it is full.
            for _ in 0..<50 where outcome.kind == .confirmed {
                outcome = try await rights.publish(rights.submission(to: "submit.shop"), as: rights.producer("shop"))
            }
            #expect(outcome.kind == .nacked, "\(outcome)")
        }
    }

    @Test
    func rejectsComeToTheirTenantAlone() async throws {
        try await withRights(tenants: ["shop", "bank"]) { rights in
            let (shop, bank, namespace) = (rights.producer("shop"), rights.producer("bank"), rights.namespace)
            try await rights.withTransport(.verify) { transport in
                let consumer = try #require(
                    transport.makeSubmissionConsumer(queues: ["default"], prefetch: 10, executor: nil)
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await consumer.run() }
                    defer { group.cancelAll() }
                    let plain = rights.submission(to: "submit.shop")
                    let named = rights.submission(to: "submit.shop") { $0.properties.userID = shop }
                    let other = rights.submission(to: "submit.bank") { $0.properties.userID = bank }
                    for (message, account) in [(plain, shop), (named, shop), (other, bank)] {
                        #expect(try await rights.publish(message, as: account).kind == .confirmed)
                    }
                    var arrived: [SubmissionDelivery] = []
                    while arrived.count < 3 { arrived += try #require(await consumer.next()) }
                    // As it was published: the way from the tenant's exchange to the common one does not show.
                    #expect(
                        Set(arrived.map(\.message.producer)) == ["\(namespace).submit.shop", shop, bank]
                    )
                    let rejects = arrived.map { delivery in
                        RejectedSubmission(
                            id: JobID(UUID()),
                            at: Date(),
                            reject: SubmissionReject(.unknownType, "because"),
                            message: delivery.message
                        )
                    }
                    #expect(await transport.publish(rejects: rejects) == [.confirmed, .confirmed, .confirmed])
                    await consumer.acknowledge(arrived)
                    let shops = [plain, named].compactMap(\.properties.messageID)
                    #expect(try await rejected(rights, shop, "rejected.shop") == Set(shops))
                    let banks = [other].compactMap(\.properties.messageID)
                    #expect(try await rejected(rights, bank, "rejected.bank") == Set(banks))
                }
            }
        }
    }

    /// The names of the rejects in a queue, read by an account.
    private func rejected(_ rights: BrokerRights, _ account: String, _ queue: String) async throws -> Set<String> {
        try await rights.withConnection(as: account) { connection in
            var names: Set<String> = []
            while let message = try await connection.takeMessage(fromQueue: "\(rights.namespace).\(queue)") {
                names.insert(message.properties.messageID ?? "")
            }
            return names
        }
    }
}
