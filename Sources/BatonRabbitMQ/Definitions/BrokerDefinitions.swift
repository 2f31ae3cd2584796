internal import Baton
package import RabbitMQClient

/// All that a namespace needs on a broker: exchanges, queues, bindings, accounts and limits, for an administrator to make.
package struct BrokerDefinitions: Sendable {
    /// The virtual host.
    package let virtualHost: String
    /// The queues of jobs.
    package let queues: [String]
    /// Producers that are kept apart; where there are none, all producers share an account.
    package let tenants: [BrokerTenant]
    /// How many submissions a queue holds before producers are told that it is full.
    package var maximumSubmissions = DispatchTopology.maximumSubmissions
    /// How many bytes of submissions a queue holds before producers are told that it is full.
    package var maximumSubmissionBytes = 1 << 30
    /// Whether servers and clients may declare what is missing.
    package var runtimeDeclares = false
    /// Whether the accounts are made; otherwise they exist, and keep their passwords.
    package var makesAccounts = true

    let topology: DispatchTopology

    /// Describes what a namespace needs.
    ///
    /// - Parameters:
    ///   - namespace: What the names begin with: 1 to 60 of letters, digits, “_”, “-” and “.”.
    ///   - virtualHost: The virtual host.
    ///   - queues: The queues of jobs.
    ///   - tenants: Producers that are kept apart.
    ///   - queueType: How the broker keeps dispatch queues.
    ///   - submissionQueueType: How it keeps queues for submissions.
    /// - Throws: `RabbitMQError`, `invalidConfiguration`, when a name cannot be, a tenant is there twice, or may submit to a
    ///   queue that is not among the queues.
    package init(
        namespace: String,
        virtualHost: String = "/",
        queues: [String] = [QueueName.default],
        tenants: [BrokerTenant] = [],
        queueType: RabbitMQTransport.Configuration.QueueType = .classic,
        submissionQueueType: RabbitMQTransport.Configuration.QueueType = .quorum
    ) throws(RabbitMQError) {
        guard Self.isNamespace(namespace) else {
            throw Self.invalid(
                "A namespace is 1 to 60 letters, digits, “_”, “-” and “.”; "
                    + "\(String(namespace.prefix(60)).debugDescription) is not."
            )
        }
        guard (1...255).contains(virtualHost.utf8.count) else {
            throw Self.invalid("A virtual host has a name of 1 to 255 bytes.")
        }
        let queues = try BrokerTenant.queues(queues.joined(separator: ","))
        let tenants = tenants.sorted { $0.name < $1.name }
        for (tenant, next) in zip(tenants, tenants.dropFirst()) where tenant.name == next.name {
            throw Self.invalid("The tenant “\(tenant.name)” is there twice.")
        }
        for tenant in tenants {
            for queue in tenant.queues ?? [] where !queues.contains(queue) {
                throw Self.invalid("The tenant “\(tenant.name)” submits to “\(queue)”, which is not among the queues.")
            }
        }
        self.virtualHost = virtualHost
        self.queues = queues
        self.tenants = tenants
        topology = DispatchTopology(
            namespace: namespace,
            queueType: queueType.name,
            submissionQueueType: submissionQueueType.name
        )
    }

    private static func isNamespace(_ name: String) -> Bool {
        let isValid = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
        return isValid && (1...60).contains(name.utf8.count)
    }

    private static func invalid(_ message: String) -> RabbitMQError {
        RabbitMQError(code: .invalidConfiguration, message: message)
    }

    // MARK: What there is to be

    /// What programs of the namespace declare, or look for.
    private var declared: RabbitMQTopology {
        var all = topology.base
        for queue in queues {
            let lanes = topology.lanes(of: queue)
            all.queues += lanes.queues
            all.bindings += lanes.bindings
        }
        let submissions = topology.submissions
        all.exchanges += submissions.exchanges
        all.queues += submissions.queues
        all.bindings += submissions.bindings
        for queue in queues {
            let submit = topology.submit(queue, limit: maximumSubmissions)
            all.queues.append(submit.queue)
            all.bindings.append(submit.binding)
        }
        return all
    }

    /// The exchanges.
    package var exchanges: [RabbitMQExchange] {
        declared.exchanges + tenants.map { RabbitMQExchange(topology.submitExchange(of: $0.name), kind: .topic) }
    }

    /// The queues of the broker; but for those that servers declare for themselves.
    package var brokerQueues: [RabbitMQQueue] {
        declared.queues + tenants.map { topology.rejects(topology.rejectedQueue(of: $0.name)) }
    }

    /// The bindings.
    package var bindings: [BrokerBinding] {
        declared.bindings.map {
            BrokerBinding(source: $0.exchange, destination: $0.queue, isToExchange: false, routingKey: $0.routingKey)
        } + tenants.flatMap(bindings(of:))
    }

    private func bindings(of tenant: BrokerTenant) -> [BrokerBinding] {
        let exchange = topology.submitExchange(of: tenant.name)
        // Past the common exchange where only some queues are allowed: there, what a message's `CC` header names counts as
        // its key does.
        let submissions =
            tenant.queues?.map { queue in
                BrokerBinding(
                    source: exchange,
                    destination: topology.submitQueue(queue),
                    isToExchange: false,
                    routingKey: queue
                )
            } ?? [
                BrokerBinding(
                    source: exchange,
                    destination: topology.submitExchange,
                    isToExchange: true,
                    routingKey: "#"
                )
            ]
        // Rejects have their source as key: the account, if the message says it, or else the exchange.
        let sources = [exchange, BrokerAccount.producer(topology, tenant: tenant.name).name]
        return submissions
            + sources.map { source in
                BrokerBinding(
                    source: topology.rejectedExchange,
                    destination: topology.rejectedQueue(of: tenant.name),
                    isToExchange: false,
                    routingKey: source
                )
            }
    }

    /// The accounts.
    package var accounts: [BrokerAccount] {
        let runtime = BrokerAccount.runtime(topology, declares: runtimeDeclares)
        let producers =
            tenants.isEmpty
            ? [BrokerAccount.producer(topology)]
            : tenants.map { BrokerAccount.producer(topology, tenant: $0.name) }
        return [runtime] + producers
    }
}
