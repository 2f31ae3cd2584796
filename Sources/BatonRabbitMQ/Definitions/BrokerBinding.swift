/// A rule by which an exchange routes to a queue, or to another exchange.
package struct BrokerBinding: Sendable, Hashable {
    /// The exchange's name.
    package let source: String
    /// The name of what it routes to.
    package let destination: String
    /// Whether that is an exchange.
    package let isToExchange: Bool
    /// The key or pattern.
    package let routingKey: String
}
