extension InMemoryQueues {
    // MARK: Copies

    /// Whether a queue was deleted and not declared since.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: Whether it is missing.
    package func isMissing(_ queue: String) -> Bool {
        missing.contains(queue)
    }

    /// How many copies of a wake-up wait in its queue.
    ///
    /// - Parameter message: The wake-up.
    /// - Returns: How many.
    package func waitingCopies(of message: DispatchMessage) -> Int {
        waiting(in: message.queue).count { $0 == message }
    }

    /// The channels to which copies of a wake-up are delivered that are not settled, one for each copy, in order.
    ///
    /// - Parameter message: The wake-up.
    /// - Returns: The channels.
    package func holders(of message: DispatchMessage) -> [Int] {
        channelIDs.flatMap { id in
            (channels[id]?.unsettled.values.lazy.map { $0.rest.count { $0 == message } }.reduce(0, +)).map {
                repeatElement(id, count: $0)
            } ?? repeatElement(id, count: 0)
        }
    }
}
