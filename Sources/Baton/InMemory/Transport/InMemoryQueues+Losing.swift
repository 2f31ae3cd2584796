extension InMemoryQueues {
    // MARK: Probes

    /// Puts a probe into every lane of a queue.
    ///
    /// - Parameters:
    ///   - probe: The round it belongs to.
    ///   - queue: The queue.
    package mutating func put(_ probe: ProbeID, into queue: String) {
        for key in Key.lanes(of: queue) { put(Message(probe, in: key)) }
    }

    /// Tells a channel that all deliveries of a queue are among its events by now: nothing is under way in memory.
    ///
    /// - Returns: Whether it consumes the queue, or has paused it.
    mutating func catchUp(_ id: Int, queue: String, probe: ProbeID) -> Bool {
        guard let channel = channels[id], channel.queues.contains(queue), channel.isKnown(queue) else { return false }
        channel.events.yield(.caughtUp(queue: queue, probe: probe))
        return true
    }

    // MARK: Losses

    /// Loses messages that wait in a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - isLost: Whether a message, with all its wake-ups, is lost; probes have none.
    /// - Returns: The wake-ups that are lost.
    @discardableResult
    package mutating func lose(from queue: String, where isLost: (Message) -> Bool) -> [DispatchMessage] {
        var lost: [DispatchMessage] = []
        for key in Key.lanes(of: queue) {
            queues[key]?.messages.removeAll { message in
                guard isLost(message) else { return false }
                lost += message.messages
                return true
            }
        }
        return lost
    }

    /// Loses a queue: what waits in it, what was delivered from it, and who consumes it.
    ///
    /// - Parameter queue: The queue, which is missing until it is declared.
    package mutating func delete(_ queue: String) {
        missing.insert(queue)
        for key in Key.lanes(of: queue) {
            queues[key] = nil
            for id in channels.keys { channels[id]?.lose(key) }
        }
    }

    /// Makes a queue that is missing.
    ///
    /// - Parameter queue: The queue.
    package mutating func declare(_ queue: String) {
        missing.remove(queue)
    }
}
