import Foundation
import PostgresClient
import Testing

@Suite(
    .timeLimit(.minutes(15)),
    .enabled(if: PrivateServer.isAvailable && Program.isInstalled("openssl"), "needs PostgreSQL's programs and openssl")
) struct TLSTests {
    /// Keys and certificates: an authority, the server's and a client's by it, and an authority nobody trusts.
    private struct Certificates {
        let folder: String

        init() async throws {
            self.folder = try TestFolder.make()
            for name in ["authority", "stranger"] {
                try await self.openssl(
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=\(name)",
                    "-keyout",
                    self.path("\(name).key"),
                    "-out",
                    self.path("\(name).crt")
                )
            }
            try await self.sign("server", subject: "/CN=localhost", names: "DNS:localhost")
            try await self.sign("client", subject: "/CN=tester", names: "DNS:client")
        }

        func path(_ name: String) -> String { "\(self.folder)/\(name)" }

        private func sign(_ name: String, subject: String, names: String) async throws {
            try await self.openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                subject,
                "-keyout",
                self.path("\(name).key"),
                "-out",
                self.path("\(name).csr")
            )
            try Data("subjectAltName=\(names)\n".utf8).write(to: URL(fileURLWithPath: self.path("\(name).ext")))
            try await self.openssl(
                "x509",
                "-req",
                "-in",
                self.path("\(name).csr"),
                "-CA",
                self.path("authority.crt"),
                "-CAkey",
                self.path("authority.key"),
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                self.path("\(name).ext"),
                "-out",
                self.path("\(name).crt")
            )
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self.path("\(name).key"))
        }

        private func openssl(_ arguments: String...) async throws {
            try await Program.run([try #require(Program.path("openssl"))] + arguments)
        }
    }

    /// Runs a test with a server that lets only those in who come over TLS with a certificate.
    private func withServer(
        _ body: (PrivateServer, Certificates) async throws -> Void
    ) async throws {
        let certificates = try await Certificates()
        defer { TestFolder.remove(certificates.folder) }
        try await PrivateServer.with(
            settings: [
                "ssl": "on", "ssl_ca_file": certificates.path("authority.crt"),
                "ssl_cert_file": certificates.path("server.crt"), "ssl_key_file": certificates.path("server.key"),
            ],
            hba: "hostssl all all 127.0.0.1/32 cert",
            prepare: { _ in try TestFolder.giveToServer(certificates.path("server.key")) }
        ) { server in
            try await body(server, certificates)
        }
    }

    private func configuration(
        _ server: PrivateServer,
        host: String = "localhost",
        _ parameters: [String: String]
    ) -> PostgresConfiguration {
        var url = "postgresql://tester:s3cret-password@\(host):\(server.port)/postgres?hostaddr=127.0.0.1"
        for (name, value) in parameters { url += "&\(name)=\(value)" }
        return PostgresConfiguration(url: url).patient
    }

    @Test func aVerifiedServerAndAClientWithACertificate() async throws {
        try await self.withServer { server, certificates in
            let configuration = self.configuration(
                server,
                [
                    "sslmode": "verify-full", "sslrootcert": certificates.path("authority.crt"),
                    "sslcert": certificates.path("client.crt"), "sslkey": certificates.path("client.key"),
                ]
            )
            try await withClient(configuration) { client in
                let row = try await client.query(
                    PostgresStatement("SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                )[0]
                #expect(try row.decode((Bool, String).self) == (true, "/CN=tester"))
                // A cancel request finds its way, too.
                let error = await #expect(throws: PostgresError.self) {
                    try await client.query(PostgresStatement("SELECT pg_sleep(600)"), timeout: .milliseconds(50))
                }
                #expect(error?.code == .timeout)
                #expect(error?.outcomeIsUnknown == false)
                // And much data both ways.
                let text = String(repeating: "0123456789abcdef", count: 1 << 17)
                try await client.expect(text, "SELECT $1", text)
                try await client.withConnection { connection in
                    try await connection.query(PostgresStatement("CREATE TEMPORARY TABLE t (a text)"))
                    let (rows, continuation) = AsyncStream.makeStream(of: PostgresParameters.self)
                    for _ in 0..<8 { continuation.yield(PostgresParameters(text)) }
                    continuation.finish()
                    #expect(try await connection.copy(into: "t", columns: ["a"], rows: rows) == 8)
                }
            }
        }
    }

    @Test func whatDoesNotVerifyIsAClearErrorWithoutThePassword() async throws {
        try await self.withServer { server, certificates in
            let client = [
                "sslcert": certificates.path("client.crt"), "sslkey": certificates.path("client.key"),
            ]
            let root = ["sslrootcert": certificates.path("authority.crt")]
            let verified = root.merging(["sslmode": "verify-full"]) { $1 }
            let stranger = ["sslmode": "verify-full", "sslrootcert": certificates.path("stranger.crt")]
            let cases: [(host: String, parameters: [String: String], message: String)] = [
                ("localhost", client.merging(stranger) { $1 }, "certificate verify failed"),
                ("127.0.0.1", client.merging(verified) { $1 }, "does not match host name"),
                ("localhost", ["sslmode": "disable"], "no encryption"),
                ("localhost", verified.merging(["sslcert": "/nowhere"]) { $1 }, "requires a valid client certificate"),
                ("localhost", client.merging(verified) { $1 }.merging(["sslkey": "/nowhere"]) { $1 }, "/nowhere"),
                (
                    "localhost", client.merging(["sslmode": "verify-full", "sslrootcert": "/nowhere"]) { $1 },
                    "root certificate file"
                ),
            ]
            for (host, parameters, message) in cases {
                let error = await #expect(throws: PostgresError.self) {
                    try await PostgresConnection.connect(self.configuration(server, host: host, parameters))
                }
                #expect(error?.code == .connectionFailed)
                #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
                #expect(error?.debugDescription.contains("s3cret") == false)
            }
        }
    }
}
