import RabbitMQClient
import Testing

struct ConfigurationTests {
    @Test(arguments: [
        ("amqp://", "guest", "guest", "localhost", 5672, "/"),
        ("amqp://host", "guest", "guest", "host", 5672, "/"),
        ("amqp://host/", "guest", "guest", "host", 5672, "/"),
        ("AMQP://u:p@host:1234/%2f", "u", "p", "host", 1234, "/"),
        ("amqp://u:p@host:1234/a%2Fb", "u", "p", "host", 1234, "a/b"),
        ("amqp://u%40x:p%3a%2f%40@host/v", "u@x", "p:/@", "host", 5672, "v"),
        ("amqp://u:p@ss:w@host/v", "u", "p@ss:w", "host", 5672, "v"),
        ("amqp://u:@host", "u", "", "host", 5672, "/"),
        ("amqp://u@host:/", "u", "guest", "host", 5672, "/"),
        ("amqp://[::1]", "guest", "guest", "::1", 5672, "/"),
        ("amqp://u:p@[fe80::1]:99/v", "u", "p", "fe80::1", 99, "v"),
    ])
    func readsURLs(
        _ url: String,
        _ user: String,
        _ password: String,
        _ host: String,
        _ port: UInt16,
        _ virtualHost: String
    ) throws {
        let configuration = try RabbitMQConfiguration(url: url)
        #expect(configuration.user == user)
        #expect(configuration.password == password)
        #expect(configuration.endpoints == [.init(host: host, port: port)])
        #expect(configuration.virtualHost == virtualHost)
    }

    @Test
    func readsSeveralHosts() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://a,b:1,[::2]:3/v")
        #expect(
            configuration.endpoints == [.init(host: "a"), .init(host: "b", port: 1), .init(host: "::2", port: 3)]
        )
    }

    @Test
    func readsParameters() throws {
        let plain = try RabbitMQConfiguration(url: "amqp://host?heartbeat=5&connection_timeout=2500")
        #expect(plain.heartbeat == .seconds(5))
        #expect(plain.connectTimeout == .milliseconds(2500))
        #expect(plain.tls == nil)

        let secure = try RabbitMQConfiguration(url: "amqps://a,b:1/v")
        #expect(secure.endpoints == [.init(host: "a", port: 5671), .init(host: "b", port: 1)])
        #expect(secure.tls == RabbitMQTLS())
        #expect(secure.tls?.verification == .full)
        #expect(try RabbitMQConfiguration(url: "amqps://").endpoints == [.init(host: "localhost", port: 5671)])

        let all = try RabbitMQConfiguration(
            url: "amqps://host/v?cacertfile=%2Fca.pem&certfile=/c.pem&keyfile=/k.pem&verify=verify_none"
                + "&server_name_indication=name&auth_mechanism=external"
        )
        #expect(
            all.tls
                == RabbitMQTLS(
                    authorityFile: "/ca.pem",
                    certificateFile: "/c.pem",
                    keyFile: "/k.pem",
                    verification: .none,
                    serverName: "name"
                )
        )
        #expect(all.authentication == .certificate)
    }

    @Test(arguments: [
        "", "host", "http://host", "amqp://u:secret@host:0", "amqp://u:secret@host:65536",
        "amqp://u:secret@host:12x", "amqp://u:secret@[::1", "amqp://u:secret@[::1]x", "amqp://u:secret@host/a/b",
        "amqp://u:secret%zz@host", "amqp://u:secret%2@host", "amqp://u:secret%00@host", "amqp://u:secret%ff@host",
        "amqp://u:secret@host:+5", "amqp://u:secret@host#x", "amqp://u:p@host?secret=5",
        "amqp://u:secret@host?heartbeat",
        "amqp://u:secret@host?heartbeat=-1", "amqp://u:secret@host?heartbeat=5&heartbeat=6",
        "amqp://u:secret@host?cacertfile=x", "amqp://u:secret@host?auth_mechanism=external",
        "amqps://u:secret@host?auth_mechanism=external", "amqps://u:secret@host?verify=perhaps",
        "amqps://u:secret@host?auth_mechanism=amqplain", "amqps://u:secret@host?cacertfile=%zz",
    ])
    func refusesOtherTextWithoutQuotingIt(_ url: String) {
        do throws(RabbitMQError) {
            _ = try RabbitMQConfiguration(url: url)
            Issue.record("\(url) was read")
        } catch {
            #expect(error.code == .invalidConfiguration)
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test
    func keepsThePasswordOutOfDescriptions() throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://user:secret@host:1/v")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("secret"))
            #expect(text.contains("user"))
        }
    }
}
