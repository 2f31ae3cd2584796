import BatonRabbitMQ
import RabbitMQClient

/// Keys are those of RabbitMQ's definitions.
extension JSONNode {
    init(_ needed: BrokerDefinitions) {
        self = .object([
            "vhost": .string(needed.virtualHost),
            "exchanges": .array(needed.exchanges.map { JSONNode($0) }),
            "queues": .array(needed.brokerQueues.map { JSONNode($0) }),
            "bindings": .array(needed.bindings.map { JSONNode($0) }),
            "permissions": .array(needed.accounts.map { JSONNode($0) }),
        ])
    }

    private init(_ exchange: RabbitMQExchange) {
        self = .object(["name": .string(exchange.name), "type": .string(exchange.kind.name)])
    }

    private init(_ queue: RabbitMQQueue) {
        self = .object([
            "name": .string(queue.name),
            "type": .optional(queue.arguments["x-queue-type"]?.string),
            "max_length": queue.arguments["x-max-length"]?.integer.map { .number(Int($0)) } ?? .null,
        ])
    }

    private init(_ binding: BrokerBinding) {
        self = .object([
            "source": .string(binding.source),
            "destination": .string(binding.destination),
            "destination_type": .string(binding.isToExchange ? "exchange" : "queue"),
            "routing_key": .string(binding.routingKey),
        ])
    }

    private init(_ account: BrokerAccount) {
        self = .object([
            "user": .string(account.name),
            "configure": .string(account.configure),
            "write": .string(account.write),
            "read": .string(account.read),
        ])
    }
}
