import BrokerProxy
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct PublisherTests {
    @Test
    func confirmsThousandsOfMessagesInOrderWithNoMoreInFlightThanAllowed() async throws {
        let queue = Broker.name("pipeline")
        try await withQueues([.classic(queue)]) { connection in
            try await withPublisher { publisher in
                let count = 5000
                let messages = (0..<count).map {
                    RabbitMQMessage(exchange: "", routingKey: queue, body: Array("\($0)".utf8))
                }
                let outcomes = await publisher.publish(messages)
                #expect(outcomes.count == count)
                #expect(outcomes.allSatisfy { $0.isConfirmed })
                let highest = await publisher.highestInFlight
                // More than one, or it would not be a pipeline.
                #expect((2...256).contains(highest))
                let depth = try await connection.depth(queue)
                #expect(depth == UInt32(count))
                for expected in ["0", "1", "2"] {
                    let message = try #require(try await connection.takeMessage(fromQueue: queue))
                    #expect(text(message.body) == expected)
                }
            }
        }
    }

    @Test
    func answersEachOfManyConcurrentCallsForItself() async throws {
        let queue = Broker.name("concurrent")
        try await withQueues([.classic(queue)]) { connection in
            try await withPublisher { publisher in
                let unroutable = try await withThrowingTaskGroup(of: (Int, [RabbitMQPublishOutcome]).self) { group in
                    for index in 0..<200 {
                        group.addTask {
                            let key = index.isMultiple(of: 2) ? queue : "\(queue).nowhere"
                            return (index, await publisher.publish([RabbitMQMessage(exchange: "", routingKey: key)]))
                        }
                    }
                    var unroutable: Set<Int> = []
                    for try await (index, outcomes) in group {
                        #expect(outcomes.count == 1)
                        if outcomes.first?.kind == .returned { unroutable.insert(index) }
                    }
                    return unroutable
                }
                #expect(unroutable == Set((0..<200).filter { !$0.isMultiple(of: 2) }))
                let depth = try await connection.depth(queue)
                #expect(depth == 100)
            }
        }
    }

    @Test
    func tellsUnroutableMessagesFromConfirmedOnes() async throws {
        let queue = Broker.name("returns")
        try await withQueues([.classic(queue)]) { _ in
            try await withPublisher { publisher in
                var messages = (0..<50).map { RabbitMQMessage(exchange: "", routingKey: queue, body: [UInt8($0)]) }
                for index in [0, 7, 8, 49] { messages[index].routingKey = "\(queue).nowhere" }
                let outcomes = await publisher.publish(messages)
                let returned = outcomes.indices.filter { outcomes[$0].kind == .returned }
                #expect(returned == [0, 7, 8, 49])
                #expect(outcomes[0].error?.replyCode == 312)
                #expect(outcomes.filter { $0.isConfirmed }.count == 46)
            }
        }
    }

    @Test
    func reportsNacksOfAFullQueue() async throws {
        let queue = RabbitMQQueue.classic(
            Broker.name("full"),
            arguments: ["x-max-length": 3, "x-overflow": "reject-publish"]
        )
        try await withQueues([queue]) { connection in
            try await withPublisher { publisher in
                var outcomes: [RabbitMQPublishOutcome] = []
                // One by one: the broker counts a batch in flight only after it has let it in.
                for _ in 0..<10 {
                    outcomes += await publisher.publish([RabbitMQMessage(exchange: "", routingKey: queue.name)])
                }
                let confirmed = outcomes.filter { $0.isConfirmed }.count
                #expect(outcomes.filter { $0.kind == .nacked }.count == 10 - confirmed)
                let depth = try await connection.depth(queue.name)
                #expect(depth == UInt32(confirmed))
                #expect(confirmed < 10)
            }
        }
    }

    @Test
    func losesTheChannelToAMissingExchangeAndGoesOn() async throws {
        let queue = Broker.name("missing")
        try await withQueues([.classic(queue)]) { _ in
            try await withPublisher { publisher in
                let lost = await publisher.publish([RabbitMQMessage(exchange: "\(queue).none", routingKey: "")])
                #expect(lost.map(\.kind) == [.unanswered])
                #expect(lost.first?.error?.code == .notFound)
                try await eventually("the channel is open again") { publisher.isConnected }
                let outcomes = await publisher.publish([RabbitMQMessage(exchange: "", routingKey: queue)])
                #expect(outcomes.map(\.kind) == [.confirmed])
            }
        }
    }

    @Test
    func refusesBeforeSendingWhatDoesNotFitAFrame() async throws {
        let queue = Broker.name("invalid")
        try await withQueues([.classic(queue)]) { connection in
            try await withPublisher { publisher in
                var tooLarge = RabbitMQMessage(exchange: "", routingKey: queue)
                tooLarge.properties.headers = ["big": .string(String(repeating: "x", count: 140_000))]
                var longType = RabbitMQMessage(exchange: "", routingKey: queue)
                longType.properties.type = String(repeating: "t", count: 256)
                var longName = RabbitMQMessage(exchange: "", routingKey: queue)
                longName.properties.headers = [String(repeating: "n", count: 256): 1]
                let longKey = RabbitMQMessage(exchange: "", routingKey: String(repeating: "k", count: 256))
                var deep = RabbitMQMessage(exchange: "", routingKey: queue)
                deep.properties.headers = ["deep": (0..<40).reduce(.bool(true)) { value, _ in .array([value]) }]
                let good = RabbitMQMessage(exchange: "", routingKey: queue, body: [1])

                let outcomes = await publisher.publish([good, tooLarge, longType, longName, longKey, deep, good])
                #expect(
                    outcomes.map(\.kind)
                        == [.confirmed, .invalid, .invalid, .invalid, .invalid, .invalid, .confirmed]
                )
                #expect(publisher.isConnected)
                let depth = try await connection.depth(queue)
                #expect(depth == 2)
            }
        }
    }

    @Test
    func answersAtOnceWithoutAConnection() async throws {
        // Nobody listens on the discard port.
        let publisher = RabbitMQPublisher(
            RabbitMQConfiguration(host: "127.0.0.1", port: 9),
            logger: Broker.logger
        )
        let message = RabbitMQMessage(exchange: "", routingKey: "x")
        #expect(await publisher.publish([message]).map(\.kind) == [.notConnected])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            for _ in 0..<20 {
                let outcomes = await publisher.publish([message, message])
                #expect(outcomes.map(\.kind) == [.notConnected, .notConnected])
                try await Task.sleep(for: .milliseconds(1))
            }
            group.cancelAll()
        }
        #expect(await publisher.publish([message]).map(\.kind) == [.notConnected])
    }

    @Test
    func finishesWhatItWasHandedBeforeItShutsDown() async throws {
        let queue = Broker.name("drain")
        try await withQueues([.quorum(queue)]) { connection in
            let publisher = RabbitMQPublisher(try Broker.configuration(), maximumInFlight: 16, logger: Broker.logger)
            let messages = (0..<400).map { _ in RabbitMQMessage(exchange: "", routingKey: queue) }
            let outcomes = try await withThrowingTaskGroup(of: [RabbitMQPublishOutcome].self) { group in
                group.addTask {
                    try await publisher.run()
                    return []
                }
                try await eventually("the publisher connects") { publisher.isConnected }
                group.addTask { await publisher.publish(messages) }
                try await eventually("messages are under way") { await publisher.highestInFlight > 0 }
                await publisher.close()
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.filter { $0.isConfirmed }.count == 400)
            try await eventually("all are in the queue") {
                try await connection.depth(queue) == 400
            }
        }
    }

    @Test
    func declaresWhatIsAddedOnEveryNewConnection() async throws {
        let name = Broker.name("added")
        try await withConnection { connection in
            try await withProxy { proxy, configuration in
                let publisher = RabbitMQPublisher(configuration, patience: .seconds(300), logger: Broker.logger)
                let early = RabbitMQQueue.classic("\(name).early")
                let late = RabbitMQQueue.classic("\(name).late")
                try await publisher.declare(RabbitMQTopology(queues: [early]))
                try await withPublisher(publisher) { publisher in
                    try await publisher.declare(RabbitMQTopology(queues: [late]))
                    for queue in [early, late] {
                        let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                        #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                        try await connection.deleteQueue(queue.name)
                    }
                    proxy.cut()
                    try await eventually("both are there again") {
                        for queue in [early, late] where try await connection.depth(queue.name) == nil { return false }
                        return true
                    }
                }
                for queue in [early, late] { try await connection.deleteQueue(queue.name) }
            }
        }
    }

    @Test
    func publishesAlthoughAnAdditionIsRefused() async throws {
        let queue = RabbitMQQueue.classic(Broker.name("refused"))
        try await withQueues([queue]) { _ in
            let publisher = RabbitMQPublisher(try Broker.configuration(), logger: Broker.logger)
            let wrong = RabbitMQTopology(queues: [.quorum(queue.name)])
            // Nobody can tell yet.
            try await publisher.declare(wrong)
            try await withPublisher(publisher) { publisher in
                let message = RabbitMQMessage(exchange: "", routingKey: queue.name)
                #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
                await #expect { try await publisher.declare(wrong) } throws: { error in
                    (error as? RabbitMQError)?.code == .preconditionFailed
                }
                #expect(await publisher.publish([message]).map(\.kind) == [.confirmed])
            }
        }
    }
}
