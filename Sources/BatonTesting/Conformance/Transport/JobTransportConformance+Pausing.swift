import Baton
import Locking

extension JobTransportConformance {
    static let pausing: [Rule] = [
        Rule(
            "a paused queue is left alone",
            "From a paused queue nothing is delivered, not even what is given back; other queues go on (JobConsumer.pause)."
        ) { subject in
            let (given, other) = (subject.message(), subject.message(JobTransportSubject.second))
            try await subject.publish([given])
            try await subject.consume([JobTransportSubject.first, JobTransportSubject.second]) { consumer in
                let here = try await consumer.deliveries(1)
                await consumer.consumer.pause([JobTransportSubject.first])
                await consumer.consumer.giveBack(here)
                // By then the broker has it.
                try await subject.eventually("it to catch up") { await consumer.catchUp(subject.probe()) }
                try await subject.publish([other])
                try await consumer.delivery(of: other)
                try Expect.equal(try await subject.rest().map(\.message), [given], "what is left for another")
                try Expect.equal(consumer.messages, [given, other], "what it gets")
                // Whatever was delivered before can still be settled.
                await consumer.consumer.acknowledge(consumer.deliveries)
                await consumer.consumer.stopDeliveries()
            }
        },
        Rule(
            "a resumed queue delivers again",
            "What came to a queue while it was paused, or was given back, is delivered once it is resumed (JobConsumer.pause)."
        ) { subject in
            let (given, after) = (subject.message(), subject.message(generation: 2))
            try await subject.publish([given])
            try await subject.consume { consumer in
                let here = try await consumer.deliveries(1)
                await consumer.consumer.pause([JobTransportSubject.first])
                await consumer.consumer.giveBack(here)
                try await subject.publish([after])
                await consumer.consumer.pause([])
                let all = try await consumer.deliveries(3)
                try Expect.same(all.dropFirst().map(\.message), [given, after], "what comes")
                await consumer.consumer.acknowledge(all)
                await consumer.consumer.stopDeliveries()
            }
        },
        Rule(
            "a consumer asks before it resumes",
            "A queue that is resumed is not consumed before its server has agreed to that (JobConsumer.pause, willConsume)."
        ) { subject in
            let (asked, first, message) = (Locked(0), subject.message(), subject.message(generation: 2))
            let isWanted = Locked(true)
            let willConsume: @Sendable (String) async -> Bool = { _ in
                asked.withLock { $0 += 1 }
                return isWanted.withLock { $0 }
            }
            try await subject.publish([first])
            try await subject.consume(asking: willConsume) { consumer in
                await consumer.consumer.acknowledge(try await consumer.deliveries(1))
                // It may have begun with some of the queue's lanes only.
                try await subject.eventually("it to catch up") { await consumer.catchUp(subject.probe()) }
                await consumer.consumer.pause([JobTransportSubject.first])
                let before = asked.withLock { $0 }
                isWanted.withLock { $0 = false }
                await consumer.consumer.pause([])
                try await subject.eventually("it to ask again") { asked.withLock { $0 } > before }
                try await subject.publish([message])
                try Expect.equal(try await subject.rest().map(\.message), [message], "what is left for another")
            }
        },
        Rule(
            "a consumer catches up with a paused queue",
            "Of a paused queue, too, it is said when all is here that had been sent (JobConsumer.catchUp)."
        ) { subject in
            try await subject.publish([subject.message()])
            try await subject.consume { consumer in
                let here = try await consumer.deliveries(1)
                await consumer.consumer.pause([JobTransportSubject.first])
                await consumer.consumer.giveBack(here)
                let probe = subject.probe()
                // It may have begun with some of the queue's lanes only.
                try await subject.eventually("it to catch up") { await consumer.catchUp(probe) }
                try await consumer.caughtUp(probe)
            }
            _ = try await subject.rest()
        },
    ]

    static let pausingAgain = Rule(
        "a paused queue stays paused on the next connection",
        "A consumer that connects again leaves alone what is paused, and is connected all the same (JobConsumer.pause)."
    ) { subject in
        let cut = try Expect.value(subject.cutConsumers, "a subject that can cut connections, as these rules need")
        let message = subject.message()
        try await subject.consume { consumer in
            try await consumer.connected()
            await consumer.consumer.pause([JobTransportSubject.first])
            try await cut()
            try await consumer.connected(2)
            // By then it has been asked for, and is consumed or rests.
            try await subject.eventually("it to catch up") { await consumer.catchUp(subject.probe()) }
            try await subject.publish([message])
            try Expect.equal(try await subject.rest().map(\.message), [message], "what is left for another")
        }
    }
}
