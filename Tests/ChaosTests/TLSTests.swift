import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import RabbitMQClient
import Testing

/// Servers that let nobody in without a certificate.
@Suite("TLS between all parts", .serialized, .timeLimit(.minutes(15)))
struct TLSTests {
    let tally = Tally()

    @Test("Jobs run where client, server and both services know each other by certificates of deploy/certs")
    func mutual() async throws {
        try await withPrivateServers { servers in
            let secured = try await servers.secured()
            try await eventually("PostgreSQL has read its new settings") {
                let configuration = PostgresConfiguration(url: secured.postgresURL)
                guard let connection = try? await PostgresConnection.connect(configuration) else { return false }
                await connection.close()
                return true
            }
            try await withBaton(on: secured) { lab in
                try await lab.withServer {
                    TallyJobs(tally: tally)
                } while: { _ in
                    let count = 100
                    try await lab.jobs.enqueue(contentsOf: (0..<count).map { TallyJobs.$tally(number: $0) })
                    try await lab.wait(until: count, are: .succeeded)
                    #expect(tally.all == Tally.once(0..<count))

                    let (others, own) = try await lab.query(
                        """
                        SELECT count(*) FILTER (WHERE NOT ssl OR client_dn IS DISTINCT FROM '/CN=baton'), count(*)
                        FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                        WHERE backend_type = 'client backend'
                        """
                    )[0].decode((Int, Int).self)
                    #expect(others == 0 && own > 1)
                    #expect(try await servers.brokerLogIns() == ["true EXTERNAL"])
                }
            }
            // And nobody comes in by the password alone.
            let refused = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.connect(PostgresConfiguration(url: servers.servers.postgresURL))
            }
            #expect(refused?.code == .connectionFailed)
            let broker = try RabbitMQConfiguration(url: servers.servers.rabbitMQURL)
            await #expect(throws: RabbitMQError.self) { try await RabbitMQConnection(broker) }
        }
    }
}
