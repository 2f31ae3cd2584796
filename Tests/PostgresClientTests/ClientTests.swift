import Locking
import PollExecutor
import PostgresClient
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(15))) struct ClientTests {
    // MARK: Queries

    @Test func queriesRunOnAsManyConnectionsAsAllowed() async throws {
        try await withClient(configure: { $0.maximumConnections = 3 }) { client in
            // Each is held until all three are there: however long they take to be made.
            let held = Locked<Set<Int32>>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await client.withConnection { connection in
                            held.withLock { _ = $0.insert(connection.processID) }
                            try await waitUntil { held.withLock { $0.count } == 3 }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let processes = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<60 {
                    group.addTask { try await client.value(Int32.self, "SELECT pg_backend_pid() FROM pg_sleep(0.005)") }
                }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect(processes.isSubset(of: held.withLock { $0 }), "and on no more")
        }
    }

    @Test func callsThatComeBeforeTheStartWait() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.expect(1 as Int, "SELECT 1") }
            try await Task.sleep(for: .milliseconds(10))
            group.addTask { try await client.run() }
            try await group.next()
            group.cancelAll()
        }
    }

    @Test func aClientThatNeverRunsSaysSo() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.leaseTimeout = .milliseconds(20)
        let client = PostgresClient(configuration)
        let error = await #expect(throws: PostgresError.self) { try await client.query(PostgresStatement("SELECT 1")) }
        #expect(error?.code == .poolTimeout)
        #expect(error?.message.contains("not running") == true)
    }

    @Test func aClientRunsOnce() async throws {
        try await withClient { client in
            try await client.expect(1 as Int, "SELECT 1")
            let error = await #expect(throws: PostgresError.self) { try await client.run() }
            #expect(error?.code == .alreadyRunning)
        }
    }

    @Test func whoWaitsTooLongGetsAnError() async throws {
        try await withClient(configure: {
            $0.maximumConnections = 1
            $0.leaseTimeout = .seconds(5)
        }) { client in
            // Connecting may take longer than that.
            try await waitUntil { (try? await client.query(PostgresStatement("SELECT 1"))) != nil }
            try await client.withConnection { connection in
                let error = await #expect(throws: PostgresError.self) {
                    try await client.query(PostgresStatement("SELECT 1"))
                }
                #expect(error?.code == .poolTimeout)
                #expect(error?.message.contains("in use") == true)
                #expect(error?.isRetryable == true)
                try await connection.expect(1 as Int, "SELECT 1")
            }
            try await client.expect(1 as Int, "SELECT 1")
        }
    }

    @Test func aServerThatCannotBeReachedIsNamedInTheTimeout() async throws {
        try await withClient(PostgresConfiguration(url: "postgresql://u:s3cret@127.0.0.1:1/d")) {
            $0.leaseTimeout = .milliseconds(50)
        } _: { client in
            var last: PostgresError?
            // Until the first attempt has failed there is nothing to name.
            try await waitUntil {
                last = await #expect(throws: PostgresError.self) {
                    try await client.query(PostgresStatement("SELECT 1"))
                }
                return last?.underlyingError != nil
            }
            #expect(last?.code == .poolTimeout)
            #expect(last?.message.contains("port 1 failed") == true, "\(last?.message ?? "")")
            #expect((last?.underlyingError as? PostgresError)?.code == .connectionFailed)
            #expect(last?.debugDescription.contains("s3cret") == false)
        }
    }

    @Test func whoIsCancelledStopsWaiting() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            try await client.withConnection { connection in
                let waiting = Task { try await client.query(PostgresStatement("SELECT 1")) }
                try await Task.sleep(for: .milliseconds(5))
                waiting.cancel()
                let error = await #expect(throws: PostgresError.self) { try await waiting.value }
                #expect(error?.code == .cancelled)
                #expect(error?.outcomeIsUnknown == false)
                try await connection.expect(1 as Int, "SELECT 1")
            }
        }
    }

    @Test func aCancelledQueryDoesNotPoisonItsConnection() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let process = try await client.value(Int32.self, "SELECT pg_backend_pid()")
            try await withLockHeld { key, _ in
                let task = Task { try await client.query(PostgresStatement("SELECT pg_advisory_xact_lock($1)", key)) }
                try await waitUntil { try await isRunning(process, "pg_advisory_xact_lock") }
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                #expect(error?.outcomeIsUnknown == false)
                try await client.expect(process, "SELECT pg_backend_pid()")
            }
        }
    }

    // MARK: Outages

    @Test func aConnectionThatDiesIsReplaced() async throws {
        try await withClient(configure: { $0.maximumConnections = 1 }) { client in
            let process = try await client.value(Int32.self, "SELECT pg_backend_pid()")
            let task = Task { try await client.query(PostgresStatement("SELECT pg_sleep(600)")) }
            try await waitUntil { try await isRunning(process, "pg_sleep(600)") }
            let behind = Task { try await client.value(Int32.self, "SELECT pg_backend_pid()") }
            try await terminate(process)
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.outcomeIsUnknown == true)
            #expect(try await behind.value != process)
        }
    }

    @Test func theClientSurvivesAnOutage() async throws {
        try await withFlakyDatabase { database in
            try await withClient(database.configuration, configure: { $0.minimumConnections = 1 }) { client in
                try await client.expect(1 as Int, "SELECT 1")
                try await database.goDown()
                // Sent before the loss is noticed, it ends with an unknown outcome.
                let waiting = Task {
                    while true {
                        do {
                            return try await client.value(Int.self, "SELECT 2")
                        } catch let error as PostgresError where error.code == .connectionLost {}
                    }
                }
                try await Task.sleep(for: .milliseconds(300))
                try await database.comeBack()
                #expect(try await waiting.value == 2)
                try await client.expect(3 as Int, "SELECT 3")
            }
        }
    }

    @Test func idleConnectionsAreClosedAfterAWhile() async throws {
        try await withFlakyDatabase { database in
            try await withClient(
                database.configuration,
                configure: {
                    $0.minimumConnections = 1
                    $0.maximumConnections = 3
                    $0.idleTimeout = .milliseconds(100)
                }
            ) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask { try await client.query(PostgresStatement("SELECT pg_sleep(0.1)")) }
                    }
                    try await group.waitForAll()
                }
                try await waitUntil { try await database.sessions() == 1 }
            }
        }
    }

    // MARK: Shutdown

    @Test func gracefulShutdownLetsWhoHoldsAConnectionFinish() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let group = ServiceGroup(services: [client], logger: LogCollector().logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await client.withConnection { connection in
                try await connection.expect(1 as Int, "SELECT 1")
                await group.triggerGracefulShutdown()
                try await waitUntil {
                    do {
                        _ = try await client.query(PostgresStatement("SELECT 1"))
                        return false
                    } catch let error as PostgresError {
                        return error.code == .poolClosed
                    }
                }
                try await connection.expect(2 as Int, "SELECT 2")
            }
            try await tasks.waitForAll()
        }
    }

    @Test func shutdownDoesNotWaitForAServerThatIsNotThere() async throws {
        let client = PostgresClient(PostgresConfiguration(url: "postgresql://u@127.0.0.1:1/d"))
        let group = ServiceGroup(services: [client], logger: LogCollector().logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let waiting = Task { try await client.query(PostgresStatement("SELECT 1")) }
            try await Task.sleep(for: .milliseconds(20))
            await group.triggerGracefulShutdown()
            let error = await #expect(throws: PostgresError.self) { try await waiting.value }
            #expect(error?.code == .poolClosed)
            try await tasks.waitForAll()
        }
    }

    @Test func aClientThatIsLetGoLeavesNothingBehind() async throws {
        weak let leftover = try await { () async throws -> PostgresClient? in
            let client = PostgresClient(try TestDatabase.configuration())
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                try await client.expect(1 as Int, "SELECT 1")
                group.cancelAll()
            }
            return client
        }()
        #expect(leftover == nil)
    }
}
