import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

struct StorageErrorTests {
    private func code(_ code: PostgresError.Code, state: String? = nil, unknown: Bool = false) -> JobStorageError.Code {
        var error = PostgresError(code, "message")
        error.sqlState = state.map(SQLState.init(rawValue:))
        error.outcomeIsUnknown = unknown
        return JobStorageError(error).code
    }

    /// I7 hangs on this: an outcome that is not known is never called certain, whatever else is said about it.
    @Test(arguments: [PostgresError.Code.connectionLost, .connectionClosed, .queryFailed, .commitFailed, .cancelled])
    func whatMayHaveHappenedIsUnknown(_ postgres: PostgresError.Code) {
        #expect(code(postgres, unknown: true) == .outcomeUnknown)
        #expect(code(postgres, state: "57P01", unknown: true) == .outcomeUnknown)
    }

    /// The answer came, so its transaction is committed.
    @Test func anUnreadableAnswerIsUnknown() {
        #expect(code(.decodingFailed) == .outcomeUnknown)
    }

    @Test func whatCertainlyDidNotHappenSaysWhatToDo() {
        #expect(code(.connectionFailed) == .unavailable)
        #expect(code(.connectionLost) == .unavailable)
        #expect(code(.poolTimeout) == .unavailable)
        #expect(code(.queryFailed, state: "40P01") == .unavailable)
        #expect(code(.queryFailed, state: "53100") == .unavailable)
        #expect(code(.queryFailed, state: "57014") == .unavailable)
        #expect(code(.queryFailed, state: "55P03") == .unavailable)
        #expect(code(.queryFailed, state: "25006") == .unavailable)
        #expect(code(.queryFailed, state: "22P02") == .refused)
        #expect(code(.queryFailed, state: "42501") == .refused)
        #expect(code(.queryFailed, state: "42P01") == .schemaMismatch)
        #expect(code(.queryFailed, state: "3F000") == .schemaMismatch)
        #expect(code(.queryFailed, state: Migration.newerSchemaState) == .schemaMismatch)
        #expect(code(.invalidConfiguration) == .refused)
    }

    @Test(arguments: ["", "1st", "Baton", "a-b", "pg_jobs", "a\"b", "é", String(repeating: "x", count: 32)])
    func aNameThatIsNoneFailsEveryCall(_ name: String) async throws {
        let storage = PostgresStorage(.init(url: "postgresql://localhost", namespace: name, logger: .quiet))
        let error = await #expect(throws: JobStorageError.self) { try await storage.run() }
        #expect(error?.code == .refused)
        let call = await #expect(throws: JobStorageError.self) { try await storage.job(.random()) }
        #expect(call?.code == .refused)
    }

    @Test func aPasswordIsNeverShown() {
        let configuration = PostgresStorage.Configuration(
            url: "postgresql://user:hunter2@localhost/app",
            logger: .quiet
        )
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func durationsOfAnyLengthCanBeStored() {
        #expect(Duration.milliseconds(1500).microseconds == 1_500_000)
        #expect(Duration.microseconds(-7).microseconds == -7)
        #expect(Duration.seconds(Int64.max).microseconds == Duration.seconds(Int64.max / 2).microseconds)
        #expect(Duration.seconds(Int64.min).microseconds == -Duration.seconds(Int64.max).microseconds)
    }

    /// Ids are sorted as PostgreSQL sorts them: by their bytes, not by their text or as signed numbers.
    @Test func idsAreInPostgresOrder() throws {
        let texts = [
            "00000000-0000-0000-0000-000000000001", "7fffffff-0000-0000-ffff-000000000000",
            "80000000-0000-0000-0000-000000000000", "80000000-0000-0000-8000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ]
        let ids = try texts.map { try #require(JobID($0)) }
        #expect(ids.shuffled().inJobOrder { $0 } == ids)
    }
}

@Suite(.timeLimit(.minutes(15)))
struct StorageReadinessTests {
    @Test func callsWaitUntilItIsOpen() async throws {
        let readiness = StorageReadiness()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { try await readiness.wait() } }
            await readiness.open()
            try await group.waitForAll()
        }
        try await readiness.wait()
    }

    @Test func aCancelledCallerLeaves() async {
        let readiness = StorageReadiness()
        await withTaskGroup(of: JobStorageError?.self) { group in
            group.addTask {
                do throws(JobStorageError) {
                    try await readiness.wait()
                    return nil
                } catch {
                    return error
                }
            }
            group.cancelAll()
            #expect(await group.next()??.code == .unavailable)
        }
    }

    @Test func whoComesAfterTheEndIsToldWhy() async {
        let readiness = StorageReadiness()
        await readiness.open()
        await readiness.close(JobStorageError(.schemaMismatch, "reason"))
        let error = await #expect(throws: JobStorageError.self) { try await readiness.wait() }
        #expect(error?.message == "reason")
    }
}
