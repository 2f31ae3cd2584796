import EndToEndSupport
import Foundation
import Glibc
import LoopbackPort

extension PrivateServers {
    /// Has both servers let in only who comes over TLS with a certificate of the account `baton`, as `deploy/certs` says.
    ///
    /// - Returns: Where they are for whom has one.
    func secured() async throws -> TestServers {
        let folder = script.folder.appending(path: "certs")
        try await script.makeCertificates(in: folder, client: "baton")
        func path(_ name: String) -> String { folder.appending(path: name).path() }
        for server in ["postgres", "rabbitmq"] where geteuid() == 0 {
            // Each server runs as a user of its own then, and reads its own key alone.
            guard let user = getpwnam(server)?.pointee, chown(path("\(server).key"), user.pw_uid, user.pw_gid) == 0
            else {
                throw LabError("\(server) could not be given its key")
            }
        }
        try await securePostgres(path)
        let port = try LoopbackPort.free()
        try await secureBroker(path, port: port)

        var postgres = try components(servers.postgresURL)
        // The address besides: the name has two, and the server listens on one.
        postgres.query =
            "hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=\(path("ca.pem"))&sslcert=\(path("baton.pem"))"
            + "&sslkey=\(path("baton.key"))"
        var broker = try components(servers.rabbitMQURL)
        broker.scheme = "amqps"
        broker.port = Int(port)
        broker.query =
            "cacertfile=\(path("ca.pem"))&certfile=\(path("baton.pem"))&keyfile=\(path("baton.key"))"
            + "&auth_mechanism=external"
        return try TestServers([
            "BATON_POSTGRES_URL": postgres.string ?? "", "BATON_RABBITMQ_URL": broker.string ?? "",
        ])
    }

    private func securePostgres(_ path: (String) -> String) async throws {
        func sql(_ command: String) async throws -> String {
            try await script.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", command)
        }
        for (setting, value) in [
            ("ssl_ca_file", path("ca.pem")), ("ssl_cert_file", path("postgres.pem")),
            ("ssl_key_file", path("postgres.key")), ("ssl", "on"),
        ] {
            _ = try await sql("ALTER SYSTEM SET \(setting) = '\(value)'")
        }
        let rules = try await sql("SHOW hba_file").trimmingCharacters(in: .whitespacesAndNewlines)
        // By the server, whose file it is; the last word without a certificate.
        _ = try await sql("COPY (SELECT 'hostssl all all all cert') TO '\(rules)'; SELECT pg_reload_conf()")
    }

    private func secureBroker(_ path: (String) -> String, port: UInt16) async throws {
        // What the lines for rabbitmq.conf come to, without a restart.
        try await script.run(
            "rabbitmqctl",
            "--quiet",
            "eval",
            """
            [code:add_patha(Path) || Path <- filelib:wildcard("/usr/lib/rabbitmq/lib/*/plugins/rabbitmq_auth_mechanism_ssl-*/ebin")],
            ok = application:set_env(rabbit, ssl_cert_login_from, common_name),
            ok = application:set_env(rabbit, ssl_options, [{verify, verify_peer}]),
            ok = application:set_env(rabbit, auth_mechanisms, ['EXTERNAL']),
            ok = rabbit_registry:register(auth_mechanism, <<"EXTERNAL">>, rabbit_auth_mechanism_ssl),
            _ = rabbit_networking:ensure_ssl(),
            ok = rabbit_networking:start_ssl_listener({"127.0.0.1", \(port)}, [{cacertfile, "\(path("ca.pem"))"}, \
            {certfile, "\(path("rabbitmq.pem"))"}, {keyfile, "\(path("rabbitmq.key"))"}, {verify, verify_peer}, \
            {fail_if_no_peer_cert, true}], 2),
            done.
            """
        )
    }

    /// The parts of a URL, without its password, for `localhost`.
    private func components(_ url: String) throws -> URLComponents {
        guard var components = URLComponents(string: url) else { throw LabError("a server's URL is none") }
        components.host = "localhost"
        components.password = nil
        return components
    }

    /// How each connection to the broker is secured, and how its user has logged in: `true` and `EXTERNAL`.
    func brokerLogIns() async throws -> Set<String> {
        let list = try await script.run(
            "rabbitmqctl",
            "--quiet",
            "--no-table-headers",
            "list_connections",
            "ssl",
            "auth_mechanism"
        )
        return Set(list.split(separator: "\n").map { String($0).replacing("\t", with: " ") })
    }
}
