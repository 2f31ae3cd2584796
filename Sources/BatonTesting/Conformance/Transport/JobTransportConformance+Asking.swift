import Baton
import Locking

extension JobTransportConformance {
    static let asking: [Rule] = [
        Rule(
            "a consumer asks before it consumes",
            "Nothing is delivered from a queue before its server has agreed to that (JobTransport.makeConsumer, willConsume)."
        ) { subject in
            let (asked, gate) = (Locked<[String]>([]), TrialGate())
            let (before, after) = (subject.message(), subject.message())
            let willConsume: @Sendable (String) async -> Bool = { queue in
                asked.withLock { $0.append(queue) }
                await gate.pass()
                return true
            }
            try await subject.consume(asking: willConsume) { consumer in
                try await subject.eventually("it to ask") { asked.withLock { $0.contains(JobTransportSubject.first) } }
                try await subject.publish([before])
                try Expect.equal(try await subject.rest().map(\.message), [before], "what is left for another")
                gate.open()
                try await subject.publish([after])
                try await consumer.delivery(of: after)
                try Expect.equal(consumer.messages, [after], "what it gets")
            }
            try Expect.equal(asked.withLock { Set($0) }, [JobTransportSubject.first], "what it asks for")
        },
        Rule(
            "a consumer takes no for an answer",
            "A queue whose server does not want it is not consumed, and others are (JobTransport.makeConsumer, willConsume)."
        ) { subject in
            let (unwanted, wanted) = (subject.message(), subject.message(JobTransportSubject.second))
            try await subject.publish([unwanted, wanted])
            let queues = [JobTransportSubject.first, JobTransportSubject.second]
            try await subject.consume(queues, asking: { $0 == JobTransportSubject.second }) { consumer in
                try await consumer.delivery(of: wanted)
                let rest = try await subject.rest()
                try Expect.equal(rest.map(\.message), [unwanted], "what is left for another")
                try Expect.equal(rest.map(\.isRedelivered), [false], "whether it had been handed out")
                try Expect.equal(consumer.messages, [wanted], "what it gets")
            }
        },
    ]

    static let askingAgain = Rule(
        "a consumer asks again when it connects again",
        "A consumer asks each time before it consumes, for each connection anew (JobTransport.makeConsumer, willConsume)."
    ) { subject in
        let cut = try Expect.value(subject.cutConsumers, "a subject that can cut connections, as these rules need")
        let (isWanted, message) = (Locked(true), subject.message())
        try await subject.consume(asking: { _ in isWanted.withLock { $0 } }) { consumer in
            try await consumer.connected()
            isWanted.withLock { $0 = false }
            try await cut()
            try await consumer.connected(2)
            try await subject.publish([message])
            try Expect.equal(try await subject.rest().map(\.message), [message], "what is left for another")
        }
    }

    static let watching: [Rule] = [
        Rule(
            "who watches is told of a missing queue",
            "A queue that the broker has lost is made again, after whoever watches was told of it (QueueWatch)."
        ) { subject in
            let watch = try await subject.watch()
            try await subject.publish([subject.message()])
            try await subject.delete(JobTransportSubject.first, watch)
            let message = subject.message()
            try await subject.eventually("it to be published") {
                try await subject.outcomes(of: [DispatchBundle([message])]) == [.confirmed]
            }
            try Expect.equal(watch.answers, [true], "whether it was still missing when that was told")
            try Expect.that(try await subject.rest().map(\.message).contains(message), "the message to come")
        },
        Rule(
            "who watches is told of what a consumer misses",
            "A queue that is lost while it is consumed is told of, made again and consumed again (QueueWatch)."
        ) { subject in
            let watch = try await subject.watch()
            try await subject.consume { consumer in
                try await consumer.connected()
                try await subject.publish([subject.message()])
                _ = try await consumer.deliveries(1)
                try await subject.delete(JobTransportSubject.first, watch)
                try await subject.eventually("it to be told of") { watch.answers.contains(true) }
                let message = subject.message()
                try await subject.eventually("it to be published") {
                    try await subject.outcomes(of: [DispatchBundle([message])]) == [.confirmed]
                }
                try await consumer.delivery(of: message)
            }
        },
        Rule(
            "a missing queue is told of once at a time",
            "While whoever watches is being told of a queue, it is not told of it again (QueueWatch)."
        ) { subject in
            let watch = try await subject.watch()
            try await subject.publish([subject.message()])
            watch.hold()
            try await subject.delete(JobTransportSubject.first, watch)
            try await subject.eventually("it to be told of") {
                subject.transport.publish([DispatchBundle([subject.message()])]) { _ in }
                return watch.asked > 0
            }
            try await subject.consume { consumer in
                for _ in 0..<3 { subject.transport.publish([DispatchBundle([subject.message()])]) { _ in } }
                watch.release()
                let message = subject.message()
                try await subject.eventually("it to be published") {
                    try await subject.outcomes(of: [DispatchBundle([message])]) == [.confirmed]
                }
                try await consumer.delivery(of: message)
                try Expect.equal(watch.asked, 1, "how often it was told of")
            }
        },
    ]
}
