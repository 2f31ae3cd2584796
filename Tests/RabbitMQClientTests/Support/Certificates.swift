import Foundation

/// Certificates of the test's own, and the files they are in.
struct Certificates: Sendable {
    let folder: URL

    /// The authority behind all the others.
    var authority: String { self.path("authority.pem") }
    /// An authority that has issued nothing.
    var stranger: String { self.path("stranger.pem") }
    /// A broker's, for `localhost` and 127.0.0.1.
    var broker: String { self.path("broker.pem") }
    /// A broker's, for `localhost` only.
    var named: String { self.path("named.pem") }
    /// That of the user `baton`.
    var client: String { self.path("client.pem") }
    /// The client's private key, encrypted with ``password``.
    var encryptedKey: String { self.path("client.encrypted.key") }

    let password = "surely-not-that"

    /// The private key of a certificate.
    func key(_ certificate: String) -> String {
        certificate.replacing(".pem", with: ".key")
    }

    init() async throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UInt64.random(in: 0 ... .max))")
        // The broker, who runs as somebody else, has to read them.
        try FileManager.default.createDirectory(
            at: self.folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        for authority in [self.authority, self.stranger] { try await self.issue(authority, "/CN=Authority", nil) }
        try await self.issue(self.broker, "/CN=broker", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        try await self.issue(self.named, "/CN=broker", "subjectAltName=DNS:localhost")
        try await self.issue(self.client, "/CN=baton", "extendedKeyUsage=clientAuth")
        try await Self.openSSL([
            "ec", "-in", self.key(self.client), "-out", self.encryptedKey, "-aes256", "-passout",
            "pass:\(self.password)",
        ])
        for file in try FileManager.default.contentsOfDirectory(atPath: self.folder.path) {
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: self.path(file))
        }
    }

    func remove() {
        try? FileManager.default.removeItem(at: self.folder)
    }

    private func path(_ name: String) -> String { self.folder.appending(path: name).path }

    private func issue(_ file: String, _ subject: String, _ feature: String?) async throws {
        var arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", subject, "-out", file, "-keyout", self.key(file),
        ]
        if let feature {
            arguments += ["-CA", self.authority, "-CAkey", self.key(self.authority), "-addext", feature]
            arguments += ["-addext", "basicConstraints=critical,CA:FALSE"]
        }
        try await Self.openSSL(arguments)
    }

    private static func openSSL(_ arguments: [String]) async throws {
        try await Command.run("/usr/bin/openssl", arguments)
    }
}
