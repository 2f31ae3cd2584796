import Foundation
import Logging
import Locking
import PollExecutor
import Synchronization
import Testing

@testable import PostgresClient

@Suite(.timeLimit(.minutes(15))) struct ConnectingTests {
    private static let password = "s3cret-password"

    private func failure(_ url: String, timeout: Duration = .seconds(10)) async -> PostgresError? {
        var configuration = PostgresConfiguration(url: url)
        configuration.connectTimeout = timeout
        return await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
    }

    /// Everything that a log or a person could get to see.
    private func texts(_ error: PostgresError?) -> String {
        guard let error else { return "" }
        var dumped = ""
        dump(error, to: &dumped)
        return [error.description, error.debugDescription, "\(error)", String(reflecting: error), dumped].joined()
    }

    @Test(arguments: [
        "postgresql://user:\(password)@127.0.0.1:1/database",
        "postgresql://user:\(password)@127.0.0.1:99999/database",
        "postgresql://user:\(password)@127.0.0.1:5432:5432/database",
        "postgresql://user:\(password)@[::1/database",
        "postgresql://user:%zz\(password)@127.0.0.1/database",
        "postgresql://user@127.0.0.1/database?pasword=\(password)",
        "postgresql://user@127.0.0.1/database?password=\"%zz\(password)\"",
        "host=127.0.0.1 port=1 user=user password=\(password)",
        "host=127.0.0.1 port=1 user=user password='\(password)",
        "host=127.0.0.1 port=1 user=user password \(password)",
        "\(password)",
    ])
    func thePasswordIsInNoError(url: String) async {
        let error = await self.failure(url)
        #expect(!self.texts(error).contains(Self.password))
        #expect(error?.outcomeIsUnknown == false)
    }

    @Test func thePasswordIsInNoDescription() {
        let configuration = PostgresConfiguration(url: "postgresql://user:\(Self.password)@host/database")
        var text = "\(configuration)" + String(reflecting: configuration)
        dump(configuration, to: &text)
        dump(PostgresClient(configuration), to: &text)
        #expect(!text.contains(Self.password))
    }

    @Test func aURLThatMakesNoSenseIsAClearError() async {
        let error = await self.failure("postgresql://user@host/database?nonsense=1")
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("connection string") == true)
        #expect(error?.isRetryable == false)
    }

    @Test func aServerThatIsNotThereIsAClearError() async {
        let error = await self.failure("postgresql://user@127.0.0.1:1/database")
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("127.0.0.1") == true)
        #expect(error?.isRetryable == true)
    }

    @Test func aDatabaseThatIsNotThereHasItsCode() async throws {
        let url = try #require(ProcessInfo.processInfo.environment["BATON_POSTGRES_URL"])
        let components = try #require(URLComponents(string: url))
        var other = components
        other.path = "/no_such_database"
        let error = await self.failure(try #require(other.string))
        #expect(error?.code == .connectionFailed)
        #expect(error?.sqlState == .undefinedDatabase)
        #expect(
            error?.message.hasSuffix("database \"no_such_database\" does not exist") == true,
            "\(error?.message ?? "")"
        )
        #expect(error?.isRetryable == false)
    }

    @Test func settingsThatTheServerRefusesAreAClearError() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.sessionSettings = ["no_such_setting": "1"]
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("no_such_setting") == true)
    }

    @Test func aServerThatSaysNothingRunsIntoTheTimeout() async throws {
        let listener = try SilentListener()
        let error = await self.failure(
            "postgresql://user@127.0.0.1:\(listener.port)/database?sslmode=disable",
            timeout: .milliseconds(100)
        )
        #expect(error?.code == .connectionFailed)
        #expect(error?.message.contains("0.1 seconds") == true, "\(error?.message ?? "")")
    }

    @Test func connectingCanBeCancelled() async throws {
        let listener = try SilentListener()
        let url = "postgresql://user@127.0.0.1:\(listener.port)/database?sslmode=disable"
        let task = Task { try await PostgresConnection.connect(PostgresConfiguration(url: url)) }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    /// The time for connecting includes the look-up, which blocks a thread that nothing can interrupt.
    @Test(arguments: [false, true]) func aNameLookUpThatDoesNotEndHoldsNobodyUp(isCancelled: Bool) async throws {
        var configuration = try TestDatabase.configuration()
        configuration.connectTimeout = isCancelled ? .seconds(3600) : .milliseconds(100)
        let lookUp = DispatchSemaphore(value: 0)
        let (hasBegun, hasEnded) = (Locked(false), Locked(false))
        var connector = Connector(configuration: configuration, logger: LogCollector().logger)
        connector.begin = { _ in
            hasBegun.withLock { $0 = true }
            lookUp.wait()
            hasEnded.withLock { $0 = true }
            return nil
        }
        let executor = try PollExecutor.postgres()
        let connecting = Task { [connector] in _ = try await connector.connect(on: executor) }
        try await waitUntil { hasBegun.withLock { $0 } }
        if isCancelled { connecting.cancel() }
        let error = await #expect(throws: PostgresError.self) { try await connecting.value }
        #expect(error?.code == (isCancelled ? .cancelled : .connectionFailed))
        #expect(isCancelled || error?.message.contains("name look-up") == true, "\(error?.message ?? "")")
        // Nor does it hold up others who live on the same thread.
        let other = try await PostgresConnection.connect(TestDatabase.configuration(), executor: executor)
        try await other.expect(1 as Int, "SELECT 1")
        await other.close()
        #expect(!hasEnded.withLock { $0 }, "it still goes on")
        lookUp.signal()
        try await waitUntil { hasEnded.withLock { $0 } }
    }

    @Test func noticesGoToTheLog() async throws {
        let log = LogCollector()
        try await withConnection(logger: log.logger) { connection in
            try await connection.query(PostgresStatement("DO $$ BEGIN RAISE NOTICE 'a notice'; END $$"))
            try await connection.query(PostgresStatement("DO $$ BEGIN RAISE WARNING 'a warning'; END $$"))
        }
        #expect(log.lines.contains("debug: PostgreSQL: a notice"))
        #expect(log.lines.contains("info: PostgreSQL: a warning"))
    }
}

/// A server that accepts connections and never says a word.
private final class SilentListener: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) | listen(descriptor, 8) | getsockname(descriptor, address, &length)
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        guard status == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    deinit {
        close(self.descriptor)
    }
}
