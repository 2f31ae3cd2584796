import Baton
import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

/// Whether a server is connected, as others see it.
@Suite(.timeLimit(.minutes(15)))
struct PresenceTests {
    @Test
    func othersSeeAServerForAsLongAsItIsConnected() async throws {
        try await withTransport { scope in
            let (mine, other) = (ServerPresence.random, ServerPresence.random)
            let watcher = scope.transport.makeConsumer(queues: ["default"], prefetch: 1, presence: mine)
            #expect(await !watcher.isPresent())
            #expect(await watcher.sight(other) == nil, "who is not connected sees nothing")
            try await withConsumer(watcher) { watcher in
                try await eventually("the watcher is connected") { await watcher.isPresent() }
                let absent = try #require(await watcher.sight(other))
                #expect(!absent.isThere && absent.connectionAge >= .zero)
                let peer = scope.makeTransport().makeConsumer(queues: ["default"], prefetch: 1, presence: other)
                try await withConsumer(peer) { peer in
                    try await eventually("the peer is connected") { await peer.isPresent() }
                    #expect(await watcher.sight(other)?.isThere == true)
                    #expect(await peer.sight(mine)?.isThere == true)
                    #expect(await peer.sight(other)?.isThere == true, "itself, too")
                    // Whoever stops taking deliveries is still connected, and says no more of itself.
                    await peer.stopDeliveries()
                    #expect(await watcher.sight(other)?.isThere == true)
                    #expect(await !peer.isPresent())
                }
                try await eventually("the peer is gone") { await watcher.sight(other)?.isThere == false }
                let later = try #require(await watcher.sight(other))
                #expect(later.connectionAge > absent.connectionAge, "no look costs the watcher its connection")
            }
        }
    }
}
