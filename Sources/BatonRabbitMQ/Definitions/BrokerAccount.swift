/// What one account of the broker may do, as the patterns that RabbitMQ compares names of exchanges and queues with.
package struct BrokerAccount: Sendable, Hashable {
    /// The user's name.
    package let name: String
    /// What it may declare and delete.
    package let configure: String
    /// What it may publish to, and bind.
    package let write: String
    /// What it may consume, and bind to.
    package let read: String

    /// Nothing at all.
    private static let nothing = "^$"

    /// The account of servers and Swift clients.
    ///
    /// - Parameters:
    ///   - topology: The names.
    ///   - declares: Whether it may declare what is missing.
    /// - Returns: The account.
    static func runtime(_ topology: DispatchTopology, declares: Bool) -> BrokerAccount {
        let prefix = "^\(escaped(topology.namespace))\\."
        let name = "\(topology.namespace)_runtime"
        if declares {
            let everything = prefix + "(bundle|control|dispatch|high|low|parked|rejected|submit|urgent)(\\..+)?$"
            return BrokerAccount(name: name, configure: everything, write: everything, read: everything)
        }
        return BrokerAccount(
            name: name,
            // A server's own queue for words, which goes with its connection.
            configure: prefix + "control\\..+$",
            write: prefix + "(bundle|control(\\..+)?|dispatch|high|low|parked|rejected|urgent)$",
            read: prefix + "(control|(bundle|control|dispatch|high|low|submit|urgent)\\..+)$"
        )
    }

    /// The account of all producers, where they are not kept apart.
    static func producer(_ topology: DispatchTopology) -> BrokerAccount {
        BrokerAccount(
            name: "\(topology.namespace)_producer",
            configure: nothing,
            write: "^\(escaped(topology.submitExchange))$",
            read: "^\(escaped(topology.rejectedQueue))$"
        )
    }

    /// The account of a tenant's producers.
    static func producer(_ topology: DispatchTopology, tenant: String) -> BrokerAccount {
        BrokerAccount(
            // With a dot, which roles' names do not have: no tenant's account is that of another namespace's role.
            name: "\(topology.namespace)_producer.\(tenant)",
            configure: nothing,
            write: "^\(escaped(topology.submitExchange(of: tenant)))$",
            read: "^\(escaped(topology.rejectedQueue(of: tenant)))$"
        )
    }

    /// A pattern that matches a text and nothing else.
    ///
    /// - Parameter text: Any text.
    /// - Returns: The text, with what patterns mean by signs taken from it.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if ".^$*+?()[]{}|\\".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}
