import Baton

extension JobTransportConformance {
    static let delivering: [Rule] = [
        Rule(
            "a consumer says that it is connected",
            "The first event of a consumer is that it is connected (TransportEvent.connected)."
        ) { subject in
            try await subject.consume { consumer in
                try await consumer.connected()
                try Expect.equal(consumer.messages, [], "what arrived before it was connected")
            }
        },
        Rule(
            "an ended consumer says so",
            "When a consumer has ended there is no further event, and nobody waits for one (JobConsumer.next)."
        ) { subject in
            let ended = try await subject.consume { consumer in
                try await consumer.connected()
                return consumer
            }
            try Expect.that(try await ended.saysThatItHasEnded(), "the end of its events")
        },
        Rule(
            "a consumer takes from its queues only",
            "A server gets wake-ups of the queues it serves, and of no other (JobTransport.makeConsumer)."
        ) { subject in
            let (mine, other) = (subject.message(), subject.message(JobTransportSubject.second))
            try await subject.consume { consumer in
                try await consumer.connected()
                try await subject.publish([other])
                // Behind it, so that it comes when whatever there was to come of the other queue has come.
                try await subject.publish([mine])
                try await consumer.delivery(of: mine)
                try Expect.equal(consumer.messages, [mine], "what a server of one queue gets")
                await consumer.consumer.acknowledge(consumer.deliveries)
            }
            let waiting = try await subject.rest(of: JobTransportSubject.second)
            try Expect.equal(waiting.map(\.message), [other], "what a server of the other queue gets")
        },
        Rule(
            "a queue is first in, first out",
            "A consumer that is alone gets the wake-ups of a queue in the order they were published (JobTransport)."
        ) { subject in
            let messages = subject.messages(20)
            try await subject.publish(messages)
            try Expect.equal(try await subject.rest().map(\.message), messages, "what arrives, in order")
        },
        Rule(
            "each wake-up goes to one consumer",
            "Consumers of one queue share its wake-ups, each of which goes to one of them (PROTOCOL section 1)."
        ) { subject in
            let messages = subject.messages(10)
            try await subject.consume(prefetch: 5) { first in
                try await first.connected()
                try await subject.consume(prefetch: 5, on: subject.peer) { second in
                    try await second.connected()
                    try await subject.publish(messages)
                    let all = try await first.deliveries(5) + second.deliveries(5)
                    try Expect.same(all.map(\.message), messages, "what both got")
                    for consumer in [first, second] {
                        await consumer.consumer.acknowledge(consumer.deliveries)
                        // It waits for its answer, so that the acknowledgements before it are through.
                        await consumer.consumer.stopDeliveries()
                    }
                }
            }
            try Expect.equal(try await subject.rest().map(\.message), [], "what is left for another")
        },
        Rule(
            "prefetch bounds what waits unsettled",
            "No more deliveries of a queue wait unsettled than prefetch allows (JobTransport.makeConsumer)."
        ) { subject in
            let messages = subject.messages(5)
            let end = subject.message(JobTransportSubject.second)
            try await subject.publish(messages)
            try await subject.consume([JobTransportSubject.first, JobTransportSubject.second], prefetch: 2) {
                consumer in
                _ = try await consumer.deliveries(2)
                // By another queue, so that it comes when whatever there was to come of the first has come.
                try await subject.publish([end])
                try await consumer.delivery(of: end)
                let waiting = consumer.messages.filter { $0 != end }
                try Expect.equal(waiting, Array(messages.prefix(2)), "what waits unsettled")
                await consumer.consumer.acknowledge([consumer.deliveries[0]])
                try await consumer.delivery(of: messages[2])
            }
        },
        Rule(
            "a queue named twice is served once",
            "A queue that a server names twice is one queue, with one prefetch (JobTransport.makeConsumer)."
        ) { subject in
            let end = subject.message(JobTransportSubject.second)
            try await subject.publish(subject.messages(3))
            let queues = [JobTransportSubject.first, JobTransportSubject.first, JobTransportSubject.second]
            try await subject.consume(queues, prefetch: 1) { consumer in
                _ = try await consumer.deliveries(1)
                try await subject.publish([end])
                try await consumer.delivery(of: end)
                try Expect.equal(consumer.messages.count { $0 != end }, 1, "how many wait unsettled")
            }
        },
        Rule(
            "each delivery has a tag of its own",
            "Session and tag tell the deliveries of a consumer apart (Delivery.tag)."
        ) { subject in
            try await subject.publish(subject.messages(5))
            try await subject.consume { consumer in
                let deliveries = try await consumer.deliveries(5)
                let tags = Set(deliveries.map { [$0.session, $0.tag] })
                try Expect.equal(tags.count, 5, "how many tags five deliveries have")
            }
        },
    ]
}
