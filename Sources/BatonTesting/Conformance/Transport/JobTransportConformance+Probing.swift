import Baton
import Locking

extension JobTransportConformance {
    static let probing: [Rule] = [
        Rule(
            "a probe comes back from every lane",
            "A published probe comes back once from each lane of its queue, and says which (JobTransport.publish, ProbeReturn)."
        ) { subject in
            try await subject.consume { consumer in
                try await consumer.connected()
                let probe = subject.probe()
                try await subject.publish(probe)
                try await consumer.returned(probe)
                let lanes = try Expect.value(consumer.returns.first?.lanes, "how many lanes there are")
                let returns = (0..<lanes).map {
                    ProbeReturn(probe: probe, queue: JobTransportSubject.first, lane: $0, lanes: lanes)
                }
                try Expect.same(consumer.returns, returns, "what comes back")
            }
        },
        Rule(
            "a probe comes behind what was there",
            "When a probe has come back, everything that was confirmed before has been handed out (JobTransport.publish)."
        ) { subject in
            let bundles = [subject.messages(10), subject.messages(1), subject.messages(1)].map { DispatchBundle($0) }
            let probe = subject.probe()
            try await subject.publish(bundles)
            try await subject.publish(probe)
            try await subject.consume { consumer in
                try await consumer.returned(probe)
                try Expect.same(consumer.messages, bundles.flatMap(\.messages), "what came before the probe")
            }
        },
        Rule(
            "a probe waits for a consumer",
            "A probe is a message of its queue: it waits there until somebody serves it (JobTransport.publish)."
        ) { subject in
            let probe = subject.probe()
            try await subject.publish(probe, to: JobTransportSubject.last)
            try await subject.consume([JobTransportSubject.last]) { try await $0.returned(probe) }
        },
        Rule(
            "a probe is settled",
            "A probe that has come back is settled already, and does not come again (TransportEvent.probed)."
        ) { subject in
            let probe = subject.probe()
            try await subject.consume { consumer in
                try await subject.publish(probe)
                try await consumer.returned(probe)
                // It waits for its answer, so that what was settled before is through.
                await consumer.consumer.stopDeliveries()
            }
            let end = subject.probe()
            try await subject.publish(end)
            try await subject.consume(on: subject.peer) { consumer in
                try await consumer.returned(end)
                try Expect.equal(consumer.returns.filter { $0.probe == probe }, [], "what comes again")
            }
        },
    ]

    static let catchingUp: [Rule] = [
        Rule(
            "catching up comes behind what was sent",
            "That a consumer has caught up comes behind all that had been sent to it (JobConsumer.catchUp)."
        ) { subject in
            let (sent, more) = (subject.messages(3), subject.message())
            try await subject.consume(prefetch: 3) { consumer in
                try await consumer.connected()
                try await subject.eventually("it to consume") { await consumer.catchUp(subject.probe()) }
                try await subject.publish(sent)
                try await subject.consume(on: subject.peer) { other in
                    // The first has no room for it: when it has come, all of the first's has been sent.
                    try await subject.publish([more])
                    try await other.delivery(of: more)
                    let probe = subject.probe()
                    try Expect.that(await consumer.catchUp(probe), "it to catch up")
                    try await consumer.caughtUp(probe)
                    try Expect.equal(consumer.messages, sent, "what came before")
                }
            }
        },
        Rule(
            "what was settled is known by then",
            "When a consumer has caught up, the broker knows what it had settled before (JobConsumer.catchUp)."
        ) { subject in
            let messages = subject.messages(3)
            try await subject.consume { consumer in
                try await subject.publish(messages)
                await consumer.consumer.acknowledge(Array(try await consumer.deliveries(3).prefix(2)))
                // It may have begun with some of the queue's lanes only.
                try await subject.eventually("it to catch up") { await consumer.catchUp(subject.probe()) }
            }
            try Expect.equal(try await subject.rest().map(\.message), [messages[2]], "what comes again")
        },
        Rule(
            "who does not consume does not catch up",
            "A consumer does not catch up with a queue that it does not consume (JobConsumer.catchUp)."
        ) { subject in
            let consumer = try await subject.consume { consumer in
                try await consumer.connected()
                let caughtUp = await consumer.consumer.catchUp(queue: JobTransportSubject.last, probe: subject.probe())
                try Expect.that(!caughtUp, "it not to catch up with another queue")
                return consumer
            }
            try Expect.that(!(await consumer.catchUp(subject.probe())), "one that has ended not to catch up")
        },
    ]
}
