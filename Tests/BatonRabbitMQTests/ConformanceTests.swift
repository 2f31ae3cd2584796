import Baton
import BatonRabbitMQ
import BatonTesting
import Foundation
import RabbitMQClient
import Testing

/// What every transport must do, tried on RabbitMQ.
@Suite(.timeLimit(.minutes(3)))
struct ConformanceTests {
    @Test(.serialized, arguments: JobTransportConformance.rules + JobTransportConformance.presenceRules)
    func conforms(_ rule: JobTransportConformance.Rule) async throws {
        try await withTransport(queues: ["first", "second", "last"]) { scope in
            let subject = JobTransportSubject(scope.transport, peer: scope.makeTransport()) {
                try await scope.takeParked()
            }
            try await rule.check(subject)
        }
    }
}

extension TransportScope {
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
