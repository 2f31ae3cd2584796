import Baton
import BatonRabbitMQ
import BatonTesting
import BrokerProxy
import Foundation
import RabbitMQClient
import Testing

/// What every transport must do, tried on RabbitMQ.
@Suite(.timeLimit(.minutes(15)))
struct ConformanceTests {
    private static let rules =
        JobTransportConformance.rules + JobTransportConformance.presenceRules + JobTransportConformance.watchRules

    @Test(.serialized, arguments: rules)
    func conforms(_ rule: JobTransportConformance.Rule) async throws {
        try await check(rule, throughProxy: false)
    }

    @Test(.serialized, arguments: JobTransportConformance.reconnectRules)
    func conformsWhenItIsCut(_ rule: JobTransportConformance.Rule) async throws {
        try await check(rule, throughProxy: true)
    }

    private func check(_ rule: JobTransportConformance.Rule, throughProxy: Bool) async throws {
        try await withTransport(queues: ["first", "second", "last"], throughProxy: throughProxy) { scope in
            var subject = JobTransportSubject(
                scope.transport,
                peer: scope.makeTransport(),
                patience: .seconds(300),
                takeParked: { try await scope.takeParked() }
            )
            subject.deleteQueue = { queue in try await scope.delete(queue) }
            if let proxy = scope.proxy {
                subject.cutConsumers = { try await scope.cut(proxy) }
            }
            try await rule.check(subject)
        }
    }
}

extension TransportScope {
    /// Cuts every connection of the transport, and waits until the publisher's is there again for what follows.
    fileprivate func cut(_ proxy: Proxy) async throws {
        let accepted = proxy.cut()
        try await eventually("the cut is noticed") { proxy.accepted >= accepted }
        try await eventually("the transport connects again") { transport.isConnected }
    }

    /// Takes what is parked.
    fileprivate func takeParked() async throws -> [DispatchMessage] {
        var parked: [DispatchMessage] = []
        while let message = try await connection.takeMessage(fromQueue: "\(namespace).parked") {
            let (properties, headers) = (message.properties, message.properties.headers)
            parked.append(
                DispatchMessage(
                    id: try #require(properties.messageID.flatMap { JobID($0) }),
                    generation: Int(try #require(headers["x-generation"]?.integer)),
                    queue: try #require(headers["x-queue"]?.string),
                    name: try #require(properties.type)
                )
            )
        }
        return parked
    }
}
