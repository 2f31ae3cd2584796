extension InMemoryQueues {
    /// The channels there are, in the order in which they came.
    package var channelIDs: [Int] { channels.keys.sorted() }

    mutating func open(_ channel: InMemoryChannel) -> Int {
        lastChannel += 1
        channels[lastChannel] = channel
        return lastChannel
    }

    /// Begins to consume.
    mutating func run(_ id: Int, at now: JobInstant) {
        channels[id]?.isRunning = true
        connect(id, at: now)
    }

    /// Connects a channel that consumes and is not connected, if the broker can be reached.
    ///
    /// - Parameters:
    ///   - id: The channel.
    ///   - now: The present instant.
    package mutating func connect(_ id: Int, at now: JobInstant) {
        guard isUp, let channel = channels[id], channel.isRunning, !channel.isConnected else { return }
        lastSession += 1
        channels[id]?.connect(session: lastSession, at: now)
        if channel.isAsked || !missing.isDisjoint(with: channel.queues) {
            channel.change.ring()
        } else {
            consume(channel.queues, on: id, session: lastSession)
        }
    }

    /// Consumes queues, if the connection is still the same.
    ///
    /// - Parameters:
    ///   - queues: The queues, which are there; those that are paused have been asked for, and rest.
    ///   - id: The channel.
    ///   - session: The connection they are meant for.
    mutating func consume(_ queues: [String], on id: Int, session: UInt64) {
        guard channels[id]?.isConnected == true, channels[id]?.session == session else { return }
        channels[id]?.announce()
        let paused = channels[id]?.paused ?? []
        channels[id]?.rested.formUnion(paused.intersection(queues))
        let queues = queues.filter { !paused.contains($0) }
        // One that was deleted again meanwhile is pending still.
        for key in queues.filter({ !missing.contains($0) }).flatMap(Key.lanes) {
            guard channels[id]?.consumed.insert(key).inserted == true else { continue }
            self.queues[key, default: Queue()].channels.append(id)
            deliver(key)
        }
        if queues.contains(where: missing.contains) { channels[id]?.change.ring() }
    }

    /// Takes over what a channel is not to consume, also in later sessions.
    ///
    /// - Parameters:
    ///   - queues: All queues that are paused now.
    ///   - id: The channel.
    package mutating func pause(_ queues: Set<String>, on id: Int) {
        for key in channels[id]?.pause(queues) ?? [] { self.queues[key]?.channels.removeAll { $0 == id } }
    }

    /// Leaves a queue alone for as long as the connection is the same.
    mutating func refuse(_ queue: String, on id: Int, session: UInt64) {
        guard channels[id]?.isConnected == true, channels[id]?.session == session else { return }
        channels[id]?.refused.insert(queue)
    }

    /// Cuts a channel's connection: what it has not settled comes again, in the order in which it came.
    ///
    /// - Parameters:
    ///   - id: The channel.
    ///   - reason: Why, for the server.
    package mutating func disconnect(_ id: Int, reason: String) {
        guard let channel = channels[id], channel.isConnected else { return }
        let unsettled = channels[id]?.disconnect(reason: reason) ?? []
        for key in channel.consumed { queues[key]?.channels.removeAll { $0 == id } }
        requeue(unsettled)
        // Paused ones, too: what was delivered before may be unsettled.
        for key in channel.queues.flatMap(Key.lanes) { deliver(key) }
    }

    /// Ends a channel for good.
    mutating func close(_ id: Int) {
        disconnect(id, reason: "The consumer has ended.")
        channels.removeValue(forKey: id)?.events.finish()
    }
}
