import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct DedicatedConnectionTests {
    private struct Failure: Error, Equatable {}

    @Test func itLivesOutsideThePoolAndIsClosedAfterwards() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let process = try await client.withDedicatedConnection { connection in
                try await client.withConnection { pooled in
                    #expect(pooled.processID != connection.processID)
                }
                try await connection.expect(connection.processID, "SELECT pg_backend_pid()")
                return connection.processID
            }
            try await waitUntil { try await !exists(process) }
        }
    }

    @Test func itsLossEndsABodyThatDoesNothing() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let error = await #expect(throws: PostgresError.self) {
            try await client.withDedicatedConnection { connection in
                try await terminate(connection.processID)
                try await Task.sleep(for: .seconds(600))
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .adminShutdown)
    }

    @Test func aLockIsHeldForAsLongAsTheConnectionLives() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let key = Int.random(in: .min ... .max)
        try await client.withDedicatedConnection { holder in
            try await holder.expect(true, "SELECT pg_try_advisory_lock($1)", key)
            try await withConnection { other in
                try await other.expect(false, "SELECT pg_try_advisory_lock($1)", key)
                await holder.close()
                try await waitUntil {
                    try await other.value(Bool.self, "SELECT pg_try_advisory_lock($1)", key)
                }
            }
        }
    }

    @Test func whatTheBodyThrowsIsThrownAndTheConnectionClosed() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let (processes, continuation) = AsyncStream.makeStream(of: Int32.self)
        await #expect(throws: Failure()) {
            try await client.withDedicatedConnection { connection in
                continuation.yield(connection.processID)
                throw Failure()
            }
        }
        var iterator = processes.makeAsyncIterator()
        let process = try #require(await iterator.next())
        try await waitUntil { try await !exists(process) }
    }

    @Test func everybodyWhoWaitsForTheEndIsTold() async throws {
        try await withConnection { connection in
            let waiting = (0..<3).map { _ in Task { await connection.untilClosed() } }
            try await terminate(connection.processID)
            for task in waiting { #expect(await task.value.code == .connectionLost) }
            #expect(await connection.untilClosed().sqlState == .adminShutdown)
        }
    }

    @Test func anOwnerWhoIsCancelledClosesTheConnection() async throws {
        try await withConnection { connection in
            let owner = Task { await connection.untilClosed() }
            owner.cancel()
            #expect(await owner.value.code == .connectionClosed)
            try await waitUntil { try await !exists(connection.processID) }
        }
    }
}
