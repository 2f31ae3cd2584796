import Baton

extension JobTransportConformance {
    static let telling: [Rule] = [
        Rule(
            "a word reaches every server",
            "A word to every server is heard by each that is connected, as it was said (JobTransport.broadcast)."
        ) { subject in
            let words = [
                ControlMessage.deleted(subject.environment.makeJobID()), .scheduled(dueIn: .milliseconds(1500)),
                .recurringChanged, .queuesChanged,
            ]
            try await subject.consume { first in
                try await first.connected()
                try await subject.consume(on: subject.peer) { second in
                    try await second.connected()
                    try await subject.saying(words) {
                        for consumer in [first, second] {
                            try await consumer.arrive("all words") { Set($0.words) == Set(words) }
                        }
                    }
                }
            }
        }
    ]

    static let seeing: [Rule] = [
        Rule(
            "a connected server is seen",
            "A server is seen by others and by itself while it is connected (PROTOCOL section 3)."
        ) { subject in
            let (mine, others) = (subject.presence(), subject.presence())
            try await subject.consume(presence: mine) { watcher in
                try await subject.eventually("the watcher to be present") { await watcher.consumer.isPresent() }
                try await subject.consume(presence: others, on: subject.peer) { peer in
                    try await subject.eventually("the peer to be present") { await peer.consumer.isPresent() }
                    for (consumer, presence) in [(watcher, others), (peer, mine), (peer, others)] {
                        let sighting = try Expect.value(await consumer.consumer.sight(presence), "something to be seen")
                        try Expect.that(sighting.isThere, "a connected server to be there", found: sighting)
                    }
                }
            }
        },
        Rule(
            "a server that is gone is not seen",
            "A server that was never there or has ended is not there, and looking costs no connection (PROTOCOL section 3)."
        ) { subject in
            let others = subject.presence()
            try await subject.consume { watcher in
                try await subject.eventually("the watcher to be present") { await watcher.consumer.isPresent() }
                let before = try Expect.value(await watcher.consumer.sight(others), "a look at one that is not there")
                try Expect.that(!before.isThere, "one that was never there not to be there", found: before)
                try await subject.consume(presence: others, on: subject.peer) { peer in
                    try await subject.eventually("the peer to be present") { await peer.consumer.isPresent() }
                }
                try await subject.eventually("the peer to be gone") {
                    await watcher.consumer.sight(others)?.isThere == false
                }
                let after = try Expect.value(await watcher.consumer.sight(others), "a look at one that has ended")
                try Expect.that(
                    after.connectionAge >= before.connectionAge && before.connectionAge >= .zero,
                    "the watcher's connection to last",
                    found: "\(before.connectionAge), then \(after.connectionAge)"
                )
            }
        },
        Rule(
            "who is not connected sees nothing",
            "A consumer that is not connected is not present and cannot tell of others (JobConsumer.sight)."
        ) { subject in
            let presence = subject.presence()
            let consumer = subject.transport.makeConsumer(
                queues: [JobTransportSubject.first],
                prefetch: 1,
                presence: presence,
                executor: nil
            ) { _ in true }
            try Expect.equal(await consumer.isPresent(), false, "whether one that does not run is present")
            try Expect.equal(await consumer.sight(presence), nil, "what it sees")
        },
    ]

    static let reconnecting: [Rule] = [
        Rule(
            "a lost connection comes back",
            "A consumer connects again when its connection is lost, and gets unsettled deliveries once more (JobConsumer.run)."
        ) { subject in
            let cut = try Expect.value(subject.cutConsumers, "a subject that can cut connections, as these rules need")
            let message = subject.message()
            try await subject.publish([message])
            try await subject.consume { consumer in
                let first = try await consumer.deliveries(1)[0]
                try await cut()
                try await consumer.connected(2)
                let second = try await consumer.deliveries(2)[1]
                try Expect.equal(second.message, message, "what comes again")
                try Expect.that(second.isRedelivered, "it to be marked as redelivered")
                try Expect.that(second.session != first.session, "another session", found: second.session)
            }
        },
        Rule(
            "a settlement belongs to its connection",
            "Deliveries of an earlier connection are passed over: they settle nothing of the present one (PROTOCOL section 2, ack)."
        ) { subject in
            let cut = try Expect.value(subject.cutConsumers, "a subject that can cut connections, as these rules need")
            let message = subject.message()
            try await subject.publish([message])
            try await subject.consume { consumer in
                let first = try await consumer.deliveries(1)
                try await cut()
                _ = try await consumer.deliveries(2)
                await consumer.consumer.acknowledge(first)
                await consumer.consumer.stopDeliveries()
            }
            try Expect.equal(try await subject.rest().map(\.message), [message], "what comes again")
        },
    ]
}

extension JobTransportSubject {
    /// Says words again and again meanwhile: each is best effort, and a consumer hears from some time on.
    fileprivate func saying(_ words: [ControlMessage], _ body: () async throws -> Void) async throws {
        let (transport, clock) = (transport, environment.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    for word in words { await transport.broadcast(word) }
                    try await clock.sleep(for: .milliseconds(20))
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }
}
