import Baton

extension JobTransportConformance {
    static let prioritizing: [Rule] = [
        Rule(
            "a level is not behind another",
            "A wake-up of another level does not wait behind a backlog of normal ones in its queue (JobPriorityLevel)."
        ) { subject in
            let backlog = subject.messages(20)
            try await subject.publish(backlog)
            try await subject.consume(prefetch: 1) { consumer in
                try await consumer.delivery(of: backlog[0])
                for level in JobPriorityLevel.prioritized {
                    let message = subject.message(level: level)
                    try await subject.publish([message])
                    try await consumer.delivery(of: message)
                }
                let normal = consumer.messages.filter { $0.level == .normal }
                try Expect.equal(normal, [backlog[0]], "what has come of the backlog")
            }
        },
        Rule(
            "a level settles by itself",
            "Wake-ups of each level are acknowledged and given back as normal ones are (JobConsumer.giveBack)."
        ) { subject in
            let messages = JobPriorityLevel.descending.map { subject.message(level: $0) }
            try await subject.publish(messages)
            try await subject.consume { consumer in
                let deliveries = try await consumer.deliveries(messages.count)
                try Expect.same(deliveries.map(\.message), messages, "what arrives")
                await consumer.consumer.giveBack(deliveries)
                let again = try await consumer.deliveries(2 * messages.count)
                try Expect.same(again.suffix(messages.count).map(\.message), messages, "what comes again")
            }
        },
    ]
}
