import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

/// What definitions hold; that a broker takes them is shown by the tests of rights.
struct DefinitionsTests {
    private struct Document: Decodable {
        struct Named: Decodable {
            var name: String
        }

        struct Permission: Decodable {
            var user: String
            var configure: String
            var write: String
            var read: String
        }

        var users: [Named]
        var permissions: [Permission]
        var exchanges: [Named]
        var queues: [Named]
    }

    private func document(_ definitions: BrokerDefinitions) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(definitions.document.utf8))
    }

    @Test
    func theFileIsTheOneInDeploy() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "deploy/rabbitmq/definitions.json")
        #expect(try String(contentsOf: file, encoding: .utf8) == BrokerDefinitions(namespace: "baton").document)
    }

    @Test
    func theOrderOfWhatIsAskedForMakesNoDifference() throws {
        let tenants = try ["shop", "bank=mail"].map { try BrokerTenant($0) }
        let one = try BrokerDefinitions(namespace: "b", queues: ["mail", "default", "mail"], tenants: tenants)
        let other = try BrokerDefinitions(namespace: "b", queues: ["default", "mail"], tenants: tenants.reversed())
        #expect(one.document == other.document)
        #expect(try document(one).exchanges.map(\.name).suffix(2) == ["b.submit.bank", "b.submit.shop"])
    }

    @Test
    func namesAreTakenLiterallyInPatterns() throws {
        let definitions = try BrokerDefinitions(namespace: "a.b", tenants: [BrokerTenant("shop")])
        let producer = try #require(try document(definitions).permissions.last)
        #expect(producer.user == "a.b_producer.shop")
        #expect(producer.configure == "^$" && producer.write == #"^a\.b\.submit\.shop$"#)
    }

    @Test
    func accountsThatExistAreLeftOut() throws {
        var definitions = try BrokerDefinitions(namespace: "b")
        definitions.makesAccounts = false
        let document = try document(definitions)
        #expect(document.users.isEmpty && document.permissions.map(\.user) == ["b_runtime", "b_producer"])
    }

    @Test
    func whatANameCannotBeIsRefused() throws {
        for name in ["", "a b", #"a"b"#, "a/b", String(repeating: "a", count: 61)] {
            #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: name) }
        }
        for tenant in ["", "=mail", "a.b", "Shop", "shop=", "shop=MAIL", String(repeating: "a", count: 51)] {
            #expect(throws: RabbitMQError.self, "\(tenant)") { try BrokerTenant(tenant) }
        }
        #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: "b", queues: []) }
        #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: "b", queues: ["no queue"]) }
        #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: "b", virtualHost: "") }
        let shop = try BrokerTenant("shop")
        #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: "b", tenants: [shop, shop]) }
        let bank = try BrokerTenant("bank=mail")
        #expect(throws: RabbitMQError.self) { try BrokerDefinitions(namespace: "b", tenants: [bank]) }
    }

    @Test
    func aVirtualHostOfAnyNameIsQuoted() throws {
        let definitions = try BrokerDefinitions(namespace: "b", virtualHost: "a\"b\\\n")
        #expect(try !document(definitions).queues.isEmpty)
    }
}
