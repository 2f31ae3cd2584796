import Baton

extension JobTransportConformance {
    static let settling: [Rule] = [
        Rule(
            "an acknowledgement settles",
            "An acknowledged wake-up does not come again (PROTOCOL section 2, ack)."
        ) { subject in
            try await subject.publish(subject.messages(3))
            try await subject.consume { consumer in
                await consumer.consumer.acknowledge(try await consumer.deliveries(3))
                await consumer.consumer.stopDeliveries()
            }
            try Expect.equal(try await subject.rest().map(\.message), [], "what comes again")
        },
        Rule(
            "what is not settled comes again",
            "Only the consumer settles: what it has not acknowledged comes again when it ends (PROTOCOL I3)."
        ) { subject in
            let messages = subject.messages(3)
            try await subject.publish(messages)
            try await subject.consume { consumer in
                await consumer.consumer.acknowledge([try await consumer.deliveries(3)[1]])
                await consumer.consumer.stopDeliveries()
            }
            try Expect.same(
                try await subject.rest().map(\.message),
                [messages[0], messages[2]],
                "what comes again when one of three is acknowledged"
            )
        },
        Rule(
            "a redelivery says so",
            "What was handed out before is marked as redelivered, and nothing else is (Delivery.isRedelivered)."
        ) { subject in
            try await subject.publish(subject.messages(2))
            try await subject.consume { consumer in
                let first = try await consumer.deliveries(2)
                try Expect.equal(first.map(\.isRedelivered), [false, false], "the marks of the first deliveries")
            }
            let again = try await subject.rest()
            try Expect.equal(again.map(\.isRedelivered), [true, true], "the marks of the second deliveries")
        },
        Rule(
            "what is given back comes again",
            "A delivery that is given back returns to its queue and comes again, marked as redelivered (JobConsumer.giveBack)."
        ) { subject in
            let message = subject.message()
            try await subject.publish([message])
            try await subject.consume { consumer in
                let first = try await consumer.deliveries(1)
                await consumer.consumer.giveBack(first)
                let second = try await consumer.deliveries(2)[1]
                try Expect.equal(second.message, message, "what comes again")
                try Expect.that(second.isRedelivered, "it to be marked as redelivered")
                // Settled once already: this is nobody's any more, and not the second delivery's.
                await consumer.consumer.acknowledge(first)
                await consumer.consumer.stopDeliveries()
            }
            try Expect.equal(try await subject.rest().map(\.message), [message], "what is left of the second delivery")
        },
        Rule(
            "a stopped consumer still settles",
            "After deliveries were stopped none come, and those already here are still settled (JobConsumer.stopDeliveries)."
        ) { subject in
            let messages = subject.messages(5)
            try await subject.publish(messages)
            let rest = try await subject.consume(prefetch: 2) { consumer in
                let here = try await consumer.deliveries(2)
                await consumer.consumer.stopDeliveries()
                await consumer.consumer.acknowledge(here)
                // Before it ends: an acknowledgement that is on its way then may not arrive.
                return try await subject.rest()
            }
            try Expect.equal(rest.map(\.message), Array(messages.suffix(3)), "what is left")
            try Expect.equal(rest.map(\.isRedelivered), [false, false, false], "whether it had been handed out")
            try Expect.equal(try await subject.rest().map(\.message), [], "what comes again")
        },
        Rule(
            "an ended consumer settles nothing",
            "Deliveries of an ended session can no longer be settled, and have come again (JobConsumer.acknowledge)."
        ) { subject in
            let message = subject.message()
            try await subject.publish([message])
            let ended = try await subject.consume { consumer in
                _ = try await consumer.deliveries(1)
                return consumer
            }
            await ended.consumer.acknowledge(ended.deliveries)
            try Expect.equal(try await subject.rest().map(\.message), [message], "what comes again")
        },
    ]

    static let bundling: [Rule] = [
        Rule(
            "a bundle arrives as its wake-ups",
            "A bundle is delivered as all its wake-ups in order, which share a tag and say so (Delivery.isBundled)."
        ) { subject in
            let messages = subject.messages(DispatchBundle.limit)
            let single = subject.message(JobTransportSubject.second)
            try await subject.publish([DispatchBundle(messages), DispatchBundle([single])])
            try await subject.consume([JobTransportSubject.first, JobTransportSubject.second]) { consumer in
                let deliveries = try await consumer.deliveries(messages.count + 1)
                let bundled = deliveries.filter { $0.message.queue == JobTransportSubject.first }
                try Expect.equal(bundled.map(\.message), messages, "the wake-ups of the bundle")
                try Expect.equal(Set(bundled.map(\.tag)).count, 1, "how many tags they have")
                try Expect.that(bundled.allSatisfy(\.isBundled), "each of them to say that it came with others")
                let alone = deliveries.filter { $0.message == single }
                try Expect.equal(alone.map(\.isBundled), [false], "whether one by itself says so")
                await consumer.consumer.acknowledge(deliveries)
                await consumer.consumer.stopDeliveries()
            }
            try Expect.equal(try await subject.rest().map(\.message), [], "what comes again")
        },
        Rule(
            "what came again says so in another message",
            "Wake-ups that take the place of some that came again arrive as those (DispatchBundle.isRedelivered)."
        ) { subject in
            let messages = subject.messages(3)
            try await subject.publish([
                DispatchBundle([messages[0]], isRedelivered: true),
                DispatchBundle(Array(messages[1...]), isRedelivered: true),
            ])
            try await subject.consume { consumer in
                let deliveries = try await consumer.deliveries(3)
                try Expect.equal(deliveries.map(\.isRedelivered), [true, true, true], "which came before")
                await consumer.consumer.acknowledge(deliveries)
                await consumer.consumer.stopDeliveries()
            }
        },
        Rule(
            "a bundle is settled part by part",
            "Acknowledging some of a bundle settles none of the others, which come again (PROTOCOL I3)."
        ) { subject in
            let messages = subject.messages(4)
            try await subject.publish([DispatchBundle(messages)])
            try await subject.consume { consumer in
                let deliveries = try await consumer.deliveries(4)
                await consumer.consumer.acknowledge([deliveries[0], deliveries[2]])
                await consumer.consumer.stopDeliveries()
            }
            // Of those acknowledged another copy may come, with what they came with.
            try await subject.comesAgain([messages[1], messages[3]])
        },
        Rule(
            "a bundle is given back by any of its parts",
            "Giving back one of a bundle returns whatever of it is not settled yet (JobConsumer.giveBack)."
        ) { subject in
            let messages = subject.messages(3)
            try await subject.publish([DispatchBundle(messages)])
            try await subject.consume { consumer in
                let deliveries = try await consumer.deliveries(3)
                await consumer.consumer.acknowledge([deliveries[0]])
                await consumer.consumer.giveBack([deliveries[1]])
                await consumer.consumer.stopDeliveries()
            }
            try await subject.comesAgain([messages[1], messages[2]])
        },
    ]
}

extension JobTransportSubject {
    /// Requires wake-ups to be delivered again.
    fileprivate func comesAgain(_ messages: [DispatchMessage]) async throws {
        try await consume(on: peer) { consumer in
            for message in messages { try await consumer.delivery(of: message) }
            try Expect.that(
                consumer.deliveries.allSatisfy(\.isRedelivered),
                "what comes again to be marked as redelivered",
                found: consumer.deliveries
            )
            await consumer.consumer.acknowledge(consumer.deliveries)
        }
    }
}
