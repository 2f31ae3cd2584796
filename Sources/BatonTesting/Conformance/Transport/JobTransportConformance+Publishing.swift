import Baton
import Locking

extension JobTransportConformance {
    static let publishing: [Rule] = [
        Rule(
            "a running transport is connected",
            "A transport says whether messages can be published at the moment (JobTransport.isConnected)."
        ) { subject in
            try await subject.eventually("the transport to be connected") { subject.transport.isConnected }
            try await subject.publish([subject.message()])
        },
        Rule(
            "what is confirmed arrives",
            "A confirmed wake-up is delivered at least once, as it was published (PROTOCOL move 1)."
        ) { subject in
            let messages = [
                subject.message(), subject.message(JobTransportSubject.second, generation: 7, name: "Réports.build"),
                subject.message(generation: Int(Int32.max)),
            ]
            try await subject.consume([JobTransportSubject.first, JobTransportSubject.second]) { consumer in
                try await subject.publish(messages)
                for message in messages { try await consumer.delivery(of: message) }
                await consumer.consumer.acknowledge(consumer.deliveries)
            }
        },
        Rule(
            "a queue needs no consumer",
            "A wake-up waits in its queue until somebody serves it (PROTOCOL section 1)."
        ) { subject in
            let message = subject.message(JobTransportSubject.last)
            try await subject.publish([message])
            let arrived = try await subject.rest(of: JobTransportSubject.last)
            try Expect.equal(arrived.map(\.message), [message], "what waited")
        },
        Rule(
            "a publish is answered once, in full",
            "Each publish is answered once, with an outcome for each bundle, also when several are under way (JobTransport.publish)."
        ) { subject in
            let answers = Locked<[Int: [Int]]>([:])
            for count in 1...5 {
                subject.transport.publish(subject.messages(count).map { DispatchBundle([$0]) }) { outcomes in
                    answers.withLock { $0[count, default: []].append(outcomes.count) }
                }
            }
            try await subject.eventually("all to be answered") { answers.withLock { $0.count } == 5 }
            // Whatever would come a second time has come by then.
            try await subject.publish([subject.message()])
            let expected = [1: [1], 2: [2], 3: [3], 4: [4], 5: [5]]
            try Expect.equal(answers.withLock { $0 }, expected, "how many outcomes each publish was answered with")
        },
        Rule(
            "an empty publish is answered",
            "A publish of nothing is answered with nothing, so that nobody waits for it (JobTransport.publish)."
        ) { subject in
            try Expect.equal(try await subject.outcomes(of: []), [], "the outcomes of nothing")
        },
        Rule(
            "a message without a row is set aside",
            "A parked message is kept and confirmed, and no server gets it (PROTOCOL section 3)."
        ) { subject in
            let message = subject.message(generation: 3)
            let outcomes = await subject.transport.park([message], reason: "There is no such job.")
            try Expect.equal(outcomes, [.confirmed], "the outcome")
            try Expect.equal(try await subject.takeParked(), [message], "what is parked")
            try Expect.equal(try await subject.rest(), [], "what a server of its queue gets")
        },
    ]
}
