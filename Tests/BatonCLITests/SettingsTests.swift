import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Settings, servers and the schema", .timeLimit(.minutes(15)))
struct SettingsTests {
    @Test("A missing or impossible setting is named, and its value is not shown")
    func settings() async throws {
        let missing = try await Program.run(["job", "list"], [:])
        #expect(missing.code == 7 && missing.errors.contains("BATON_POSTGRES_URL"))
        for url in ["mysql://u:secret@h/d", "postgresql://u:sec/ret@h:x/d", "postgresql://u:secret@h:99999999/d"] {
            let run = try await Program.run(["queue", "list"], ["BATON_POSTGRES_URL": url])
            #expect(run.code == 7 || run.code == 8, "\(url): \(run.errors)")
            #expect(!run.errors.contains("sec") && run.output.isEmpty, "\(run.errors)")
        }
        let servers = try TestServers()
        for (name, value) in [
            ("BATON_RABBITMQ_URL", "http://u:secret@h"), ("BATON_NAMESPACE", "no\u{1B}[31m; name"),
            ("BATON_LOG_LEVEL", "secret"),
        ] {
            let run = try await Program.run(
                ["job", "list"],
                ["BATON_POSTGRES_URL": servers.postgresURL].merging([name: value]) { $1 }
            )
            #expect(run.code == 7, "\(run.errors)")
            #expect(!run.errors.contains("secret") && !run.errors.contains("\u{1B}"), "\(run.errors)")
        }
    }

    @Test("A server that is not there, or lets nobody in, is told at once")
    func unreachable() async throws {
        let nobody = try await Program.run(
            ["job", "list"],
            ["BATON_POSTGRES_URL": "postgresql://baton:secret@127.0.0.1:1/baton"]
        )
        #expect(nobody.code == 8 && !nobody.errors.contains("secret"), "\(nobody.errors)")
        var wrong = try #require(URLComponents(string: try TestServers().postgresURL))
        wrong.password = "secret"
        let refused = try await Program.run(["job", "list"], ["BATON_POSTGRES_URL": try #require(wrong.string)])
        #expect(refused.code == 8 && !refused.errors.contains("secret"), "\(refused.errors)")
    }

    @Test("A schema is made by migrating, and nothing else makes it")
    func migrate() async throws {
        struct Version: Decodable {
            var version: Int
            var versionBefore: Int
            var knownVersion: Int
            var isCurrent: Bool
        }
        try await withBaton { lab in
            let fresh = lab.namespace + "_m"
            func baton(_ arguments: String...) async throws -> Program {
                try await Program.run(arguments, lab.variables.merging(["BATON_NAMESPACE": fresh]) { $1 })
            }
            do {
                let unmade = try await baton("job", "list")
                #expect(unmade.code == 5 && unmade.errors.contains("baton migrate"))
                let check = try await baton("migrate", "--check", "--json")
                #expect(check.code == 5)
                #expect(try check.document(Version.self).version == 0)
                let made = try await baton("migrate", "--json")
                #expect(made.code == 0, "\(made.errors)")
                let version = try made.document(Version.self)
                #expect(version.versionBefore == 0 && version.isCurrent && version.version == version.knownVersion)
                #expect(try await baton("migrate").code == 0)
                #expect(try await baton("migrate", "--check").code == 0)
                #expect(try await baton("job", "list").code == 0)
                try await lab.query("INSERT INTO \(fresh).migration (version) VALUES (10000)")
                #expect(try await baton("job", "list").code == 5)
                #expect(try await baton("migrate").code == 5)
            } catch {
                try await lab.query("DROP SCHEMA IF EXISTS \(fresh) CASCADE")
                throw error
            }
            try await lab.query("DROP SCHEMA IF EXISTS \(fresh) CASCADE")
        }
    }

    @Test("Help lists every exit code")
    func help() async throws {
        let help = try await Program.run(["--help"], [:])
        #expect(help.code == 0)
        for code in ["  0  ", "  1  ", "  3  ", "  4  ", "  5  ", "  7  ", "  8  ", " 64  "] {
            #expect(help.output.contains(code))
        }
        #expect(try await Program.run(["job", "list", "--limit", "0"], [:]).code == 64)
        #expect(try await Program.run(["job", "list", "--state", "done"], [:]).code == 64)
    }
}
