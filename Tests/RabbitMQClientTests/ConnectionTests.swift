import BrokerProxy
import RabbitMQClient
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ConnectionTests {
    @Test
    func declaresTwiceWithoutHarm() async throws {
        let name = Broker.name("twice")
        let topology = RabbitMQTopology(
            exchanges: [RabbitMQExchange(name, kind: .topic)],
            queues: [.quorum(name)],
            bindings: [RabbitMQBinding(queue: name, exchange: name, routingKey: "a.*")]
        )
        try await withConnection { connection in
            try await connection.declare(topology)
            try await connection.declare(topology)
            let depth = try await connection.depth(name)
            #expect(depth == 0)
            try await connection.deleteQueue(name)
            try await connection.deleteExchange(name)
            let gone = try await connection.depth(name)
            #expect(gone == nil)
        }
    }

    @Test
    func saysWhatIsWrongWithADeclarationAndGoesOn() async throws {
        let name = Broker.name("differs")
        try await withQueues([.classic(name)]) { connection in
            do {
                try await connection.declare(RabbitMQTopology(queues: [.quorum(name)]))
                Issue.record("A classic queue passed for a quorum queue")
            } catch let error as RabbitMQError {
                #expect(error.code == .preconditionFailed)
                #expect(error.replyCode == 406)
                #expect(error.message.contains(name))
                #expect(error.message.contains("x-queue-type"))
            }
            // The broker has closed the channel; the connection goes on with another.
            let depth = try await connection.depth(name)
            #expect(depth == 0)
        }
    }

    @Test
    func saysWhyALogInIsRefusedWithoutThePassword() async throws {
        var configuration = try Broker.configuration()
        configuration.password = "surely-not-this"
        do {
            _ = try await RabbitMQConnection(configuration)
            Issue.record("A wrong password was let in")
        } catch {
            #expect(error.code == .refused)
            #expect(error.replyCode == 403)
            #expect(!"\(error)".contains("surely-not-this"))
        }
    }

    @Test
    func saysThatThereIsNoSuchVirtualHost() async throws {
        var configuration = try Broker.configuration()
        configuration.virtualHost = Broker.name("vhost")
        await #expect { try await RabbitMQConnection(configuration) } throws: { error in
            (error as? RabbitMQError)?.code == .refused
        }
    }

    @Test
    func triesTheNextEndpoint() async throws {
        var configuration = try Broker.configuration()
        configuration.endpoints.insert(.init(host: "127.0.0.1", port: 9), at: 0)
        for _ in 0..<4 {
            try await withConnection(configuration) { connection in
                let depth = try await connection.depth("surely.not.there")
                #expect(depth == nil)
            }
        }
    }

    @Test
    func failsEveryCallOnceTheLinkIsCut() async throws {
        try await withProxy { proxy, configuration in
            let connection = try await RabbitMQConnection(configuration)
            let depth = try await connection.depth("surely.not.there")
            #expect(depth == nil)
            proxy.cut()
            try await eventually("a call fails") {
                do throws(RabbitMQError) {
                    _ = try await connection.state(ofQueue: "surely.not.there")
                    return false
                } catch {
                    return error.code == .connectionLost
                }
            }
        }
    }

    @Test
    func leavesTheThreadInPeaceWhenItIsDroppedWithoutAClose() async throws {
        try await withProxy { proxy, configuration in
            for _ in 0..<5 {
                let connection = try await RabbitMQConnection(configuration)
                let depth = try await connection.depth("surely.not.there")
                #expect(depth == nil)
            }
            #expect(proxy.accepted == 5)
        }
    }
}
