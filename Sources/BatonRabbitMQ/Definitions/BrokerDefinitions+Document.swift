internal import RabbitMQClient

extension BrokerDefinitions {
    /// The definitions as a JSON document that `rabbitmqctl import_definitions` and the management plug-in take: an entry on
    /// each line, always in the same order.
    ///
    /// An account is made without a password, so that it cannot log in by one before an administrator has set one.
    package var document: String {
        let sections: [(name: String, entries: [DefinitionValue])] = [
            ("vhosts", [.object([("name", .text(virtualHost))])]),
            ("users", makesAccounts ? accounts.map(user) : []),
            ("permissions", accounts.map(permission)),
            ("topic_permissions", []),
            ("parameters", [operatorPolicy]),
            ("policies", [policy]),
            ("exchanges", exchanges.map(exchange)),
            ("queues", brokerQueues.map(queue)),
            ("bindings", bindings.map(binding)),
        ]
        let texts = sections.map { name, entries in
            let lines = entries.map { "    \($0.json)" }.joined(separator: ",\n")
            return "  \(DefinitionValue.text(name).json): \(entries.isEmpty ? "[]" : "[\n\(lines)\n  ]")"
        }
        return "{\n\(texts.joined(separator: ",\n"))\n}\n"
    }

    private func user(_ account: BrokerAccount) -> DefinitionValue {
        .object([
            ("name", .text(account.name)), ("password_hash", .text("")),
            ("hashing_algorithm", .text("rabbit_password_hashing_sha256")), ("tags", .list([])),
        ])
    }

    private func permission(_ account: BrokerAccount) -> DefinitionValue {
        .object([
            ("user", .text(account.name)), ("vhost", .text(virtualHost)), ("configure", .text(account.configure)),
            ("write", .text(account.write)), ("read", .text(account.read)),
        ])
    }

    // MARK: Limits

    /// Which queues hold submissions.
    private var submitPattern: String { "^\(BrokerAccount.escaped(topology.submitExchange))\\." }

    private var limits: [(String, DefinitionValue)] {
        [
            ("max-length", .number(Int64(maximumSubmissions))),
            ("max-length-bytes", .number(Int64(maximumSubmissionBytes))),
        ]
    }

    /// What is full tells its producers, and drops nothing.
    private var policy: DefinitionValue {
        .object([
            ("vhost", .text(virtualHost)), ("name", .text(topology.submitExchange)),
            ("pattern", .text(submitPattern)), ("apply-to", .text("queues")), ("priority", .number(0)),
            ("definition", .object(limits + [("overflow", .text("reject-publish"))])),
        ])
    }

    /// The same limits for whatever policy or argument sets others: the smaller one counts.
    private var operatorPolicy: DefinitionValue {
        .object([
            ("vhost", .text(virtualHost)), ("component", .text("operator_policy")),
            ("name", .text(topology.submitExchange)),
            (
                "value",
                .object([
                    ("pattern", .text(submitPattern)), ("apply-to", .text("queues")), ("priority", .number(0)),
                    ("definition", .object(limits)),
                ])
            ),
        ])
    }

    // MARK: Topology

    private func exchange(_ exchange: RabbitMQExchange) -> DefinitionValue {
        .object([
            ("name", .text(exchange.name)), ("vhost", .text(virtualHost)), ("type", .text(exchange.kind.name)),
            ("durable", .flag(exchange.isDurable)), ("auto_delete", .flag(exchange.isAutoDeleted)),
            ("internal", .flag(false)), ("arguments", .object(arguments(exchange.arguments))),
        ])
    }

    private func queue(_ queue: RabbitMQQueue) -> DefinitionValue {
        .object([
            ("name", .text(queue.name)), ("vhost", .text(virtualHost)), ("durable", .flag(queue.isDurable)),
            ("auto_delete", .flag(queue.isAutoDeleted)), ("arguments", .object(arguments(queue.arguments))),
        ])
    }

    private func binding(_ binding: BrokerBinding) -> DefinitionValue {
        .object([
            ("source", .text(binding.source)), ("vhost", .text(virtualHost)),
            ("destination", .text(binding.destination)),
            ("destination_type", .text(binding.isToExchange ? "exchange" : "queue")),
            ("routing_key", .text(binding.routingKey)), ("arguments", .object([])),
        ])
    }

    /// Arguments by their names; Baton's are texts and whole numbers.
    private func arguments(_ arguments: [String: RabbitMQFieldValue]) -> [(String, DefinitionValue)] {
        arguments.sorted { $0.key < $1.key }.map { name, value in
            (name, value.integer.map { .number($0) } ?? .text(value.string ?? ""))
        }
    }
}
