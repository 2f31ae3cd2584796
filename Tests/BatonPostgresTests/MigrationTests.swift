import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct MigrationTests {
    @Test func manyStartAtOnce() async throws {
        try await withStorage { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await fixture.withSecondStorage { storage in
                            let found = try await storage.job(.random())
                            #expect(found == nil)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.storage.job(.random()) == nil)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.migration") == Migration.all.count)
        }
    }

    @Test func aNewerSchemaIsRefused() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            try await fixture.sql("INSERT INTO ns.migration VALUES (1000)")
            for migrates in [true, false] {
                let url = try #require(StorageFixture.url)
                let later = PostgresStorage(
                    .init(url: url, namespace: fixture.namespace, migrates: migrates, logger: .quiet)
                )
                async let answer = await #expect(throws: JobStorageError.self) { try await later.job(.random()) }
                let error = await #expect(throws: JobStorageError.self) { try await later.run() }
                #expect(error?.code == .schemaMismatch)
                #expect(await answer?.code == .schemaMismatch)
            }
        }
    }

    @Test func aMissingSchemaIsRefusedWhenItMayNotBeMade() async throws {
        let url = try #require(StorageFixture.url)
        let storage = PostgresStorage(.init(url: url, namespace: "test_missing", migrates: false, logger: .quiet))
        let error = await #expect(throws: JobStorageError.self) { try await storage.run() }
        #expect(error?.code == .schemaMismatch)
    }

    /// A keyword, and the longest name there is.
    @Test(arguments: ["user", "t" + String(repeating: "x", count: 30)])
    func oddNamesWork(_ namespace: String) async throws {
        let schema = Schema(namespace: try Namespace(namespace))
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let statement = PostgresStatement(Migration.statement(for: schema), prepared: false)
            try await fixture.client.withTransaction { transaction in
                try await transaction.query(statement)
                let made = try await transaction.query(
                    PostgresStatement("SELECT count(*) FROM \(schema.finished)", prepared: false)
                )
                #expect(try made[0].decode(Int.self, 0) == 0)
                throw CancellationError()
            } ignoring: {
                $0 is CancellationError
            }
        }
    }

    @Test func theComingDaysHavePartitions() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ns.finished_job'::regclass"
            #expect(try await fixture.value(Int.self, count) == 5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await fixture.storage.tidy() } }
                try await group.waitForAll()
            }
            #expect(try await fixture.value(Int.self, count) == 5)
            #expect(try await fixture.value(Int.self, "SELECT ns.prepare_finished_days(6)") == 2)

            let owner = try await fixture.server()
            let run = try await fixture.running(by: owner)
            _ = try await fixture.storage.complete([.make(run, .succeeded(result: nil))], owner: owner)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job_default") == 0)
        }
    }

    /// Jobs ended on a day that had no partition yet: the day stays in the default one, and nothing fails.
    @Test func aDayThatIsInTheDefaultPartitionStaysThere() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let run = try await fixture.running(by: owner)
            let today = "'ns.finished_job_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')"
            let name = try await fixture.value(String.self, "SELECT \(today)")
            try await fixture.sql("DROP TABLE \(name)")
            _ = try await fixture.storage.complete([.make(run, .succeeded(result: nil))], owner: owner)
            try await fixture.storage.tidy()
            #expect(try await fixture.job(run.id).state == .succeeded)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job_default") == 1)
        }
    }
}
