internal import RabbitMQClient

/// Bundles that have arrived and of which something is not yet settled.
///
/// A bundle is one delivery to the broker: it is acknowledged with the last of its wake-ups, and given back with the
/// first that is given back. A pure value.
struct BundleLedger: Sendable {
    /// How many wake-ups of each are unsettled.
    private var unsettled: [RabbitMQDeliveryTag: Int] = [:]

    /// Takes a bundle on.
    ///
    /// - Parameters:
    ///   - tag: The bundle.
    ///   - count: How many wake-ups it has.
    mutating func open(_ tag: RabbitMQDeliveryTag, count: Int) {
        unsettled[tag] = count
    }

    /// Acknowledges wake-ups of bundles.
    ///
    /// - Parameter tags: The bundle of each; those of bundles that are settled are passed over.
    /// - Returns: The bundles that are to be acknowledged now.
    mutating func acknowledge(_ tags: some Sequence<RabbitMQDeliveryTag>) -> [RabbitMQDeliveryTag] {
        tags.filter { tag in
            guard let count = unsettled[tag] else { return false }
            unsettled[tag] = count > 1 ? count - 1 : nil
            return count == 1
        }
    }

    /// Gives wake-ups of bundles back.
    ///
    /// What else belongs to their bundles comes again too; that is harmless where it runs or has run meanwhile.
    ///
    /// - Parameter tags: The bundle of each; those of bundles that are settled are passed over.
    /// - Returns: The bundles that are to be given back now.
    mutating func giveBack(_ tags: some Sequence<RabbitMQDeliveryTag>) -> [RabbitMQDeliveryTag] {
        tags.filter { unsettled.removeValue(forKey: $0) != nil }
    }

    /// Forgets everything: the connection is gone, and the broker delivers it again.
    mutating func clear() {
        unsettled = [:]
    }
}
