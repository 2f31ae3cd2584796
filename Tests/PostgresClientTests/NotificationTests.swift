import Foundation
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct NotificationTests {
    private func channel() -> String { "Test \"channel\" " + String(UInt64.random(in: .min ... .max), radix: 16) }

    private func notify(_ channel: String, _ payloads: String...) async throws {
        try await withConnection { connection in
            for payload in payloads {
                try await connection.query(PostgresStatement("SELECT pg_notify($1, $2)", channel, payload))
            }
        }
    }

    private func payload(_ event: PostgresNotifications.Event?) -> String? {
        if case .notification(let notification) = event { notification.payload } else { nil }
    }

    @Test func whatIsSaidArrivesInOrder() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let channel = self.channel()
        var events = client.notifications(channel, channel + "2").makeAsyncIterator()
        #expect(try await events.next() == .listening)
        try await self.notify(channel, "one", "two")
        try await self.notify(channel + "2", "")
        #expect(self.payload(try await events.next()) == "one")
        #expect(self.payload(try await events.next()) == "two")
        guard case .notification(let last) = try await events.next() else { return #expect(Bool(false)) }
        #expect(last.channel == channel + "2")
        #expect(last.payload.isEmpty)
    }

    @Test func afterALossItListensAgainAndSaysSo() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let channel = self.channel()
        var events = client.notifications(channel).makeAsyncIterator()
        #expect(try await events.next() == .listening)
        try await self.notify(channel, "before")
        guard case .notification(let before) = try await events.next() else { return #expect(Bool(false)) }
        #expect(before.payload == "before")
        let listeners = try await withConnection { connection in
            try await connection.query(
                PostgresStatement(
                    "SELECT pid FROM pg_stat_activity WHERE pid <> $1 AND position($2 in query) > 0",
                    connection.processID,
                    channel.split(separator: " ").last.map(String.init) ?? ""
                )
            ).map { try $0.decode(Int32.self, 0) }
        }
        #expect(listeners.count == 1)
        for listener in listeners { try await terminate(listener) }
        #expect(try await events.next() == .listening)
        try await self.notify(channel, "after")
        #expect(self.payload(try await events.next()) == "after")
    }

    @Test func itSurvivesAnOutage() async throws {
        try await withFlakyDatabase { database in
            var configuration = database.configuration
            configuration.minimumBackoff = .milliseconds(10)
            let client = PostgresClient(configuration)
            let channel = self.channel()
            let (heard, hears) = AsyncStream.makeStream(of: PostgresNotifications.Event.self)
            let listener = Task {
                for try await event in client.notifications(channel) { hears.yield(event) }
            }
            var events = heard.makeAsyncIterator()
            #expect(await events.next() == .listening)
            try await database.goDown()
            try await database.comeBack()
            #expect(await events.next() == .listening)
            listener.cancel()
            try await listener.value
            try await waitUntil { try await database.sessions() == 0 }
        }
    }

    @Test func aListenerThatIsLetGoLeavesNoSession() async throws {
        try await withFlakyDatabase { database in
            let client = PostgresClient(database.configuration)
            do {
                var events = client.notifications(self.channel()).makeAsyncIterator()
                #expect(try await events.next() == .listening)
            }
            try await waitUntil { try await database.sessions() == 0 }
        }
    }

    @Test func whoFallsFarBehindIsToldToLook() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        let channel = self.channel()
        var events = client.notifications(channel).makeAsyncIterator()
        #expect(try await events.next() == .listening)
        try await withConnection { connection in
            _ = try await connection.query(
                PostgresStatement("SELECT pg_notify($1, n::text) FROM generate_series(1, 30000) AS n", channel)
            )
        }
        // They arrive while nobody takes them; the last one is never lost.
        var last = ""
        var gaps = 0
        while last != "30000" {
            switch try await events.next() {
            case .listening: gaps += 1
            case .notification(let notification): last = notification.payload
            case nil: return #expect(Bool(false))
            }
        }
        #expect(last == "30000")
        #expect(gaps <= 2)
    }

    @Test func aServerThatRefusesTheUserEndsTheSequence() async throws {
        let client = PostgresClient(
            try TestDatabase.configuration { $0.user = "nobody_by_that_name" }
        )
        var events = client.notifications("channel").makeAsyncIterator()
        let error = await #expect(throws: PostgresError.self) { try await events.next() }
        #expect(error?.code == .connectionFailed)
        #expect(error?.isRetryable == false)
    }

    @Test func aNameThatTheServerWouldCutIsRefused() async throws {
        let client = PostgresClient(try TestDatabase.configuration())
        var events = client.notifications(String(repeating: "x", count: 64)).makeAsyncIterator()
        let error = await #expect(throws: PostgresError.self) { try await events.next() }
        #expect(error?.code == .invalidStatement)
    }
}
