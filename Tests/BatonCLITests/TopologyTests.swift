import Foundation
import Testing

@Suite("What a broker is to have", .timeLimit(.minutes(15)))
struct TopologyTests {
    private struct Topology: Decodable {
        struct Exchange: Decodable {
            var name: String
            var type: String
        }

        struct Binding: Decodable {
            var source: String
            var destination: String
            var destinationType: String
            var routingKey: String
        }

        var vhost: String
        var exchanges: [Exchange]
        var bindings: [Binding]
    }

    @Test("Definitions are those in deploy/, need no server, and come out the same each time")
    func definitions() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let run = try await Program.run(["topology", "--definitions"], [:])
        #expect(run.code == 0, "\(run.errors)")
        let file = root.appending(path: "deploy/rabbitmq/definitions.json")
        #expect(try String(contentsOf: file, encoding: .utf8) == run.output)
    }

    @Test("Queues, tenants and the virtual host are told by options, the namespace by the environment")
    func options() async throws {
        let arguments = ["topology", "--queues", "mail,default", "--tenant", "shop", "--tenant", "bank=mail"]
        let variables = ["BATON_NAMESPACE": "other"]
        let json = try await Program.run(arguments + ["--vhost", "jobs", "--json"], variables)
        #expect(json.code == 0, "\(json.errors)")
        let topology = try json.document(Topology.self)
        #expect(topology.vhost == "jobs")
        #expect(topology.exchanges.contains { $0.name == "other.submit.shop" && $0.type == "topic" })
        #expect(topology.bindings.contains { $0.source == "other.submit.shop" && $0.destinationType == "exchange" })
        let limited = topology.bindings.filter { $0.source == "other.submit.bank" }
        #expect(limited.map(\.destination) == ["other.submit.mail"])

        let table = try await Program.run(arguments, variables)
        #expect(table.code == 0, "\(table.errors)")
        for text in ["EXCHANGE", "other.bundle.mail", "other.rejected.bank", #"^other\.submit\.shop$"#] {
            #expect(table.output.contains(text), "\(table.output)")
        }
        let definitions = try await Program.run(
            arguments + ["--definitions", "--maximum-submissions", "17", "--declaring", "--without-users"],
            variables
        )
        #expect(definitions.output.contains(#""max-length": 17,"#) && definitions.output.contains(#""users": []"#))
        #expect(definitions.output.contains(#""configure": "^other\\.(bundle|"#))
    }

    @Test("What cannot be a name is an error of the command line")
    func refused() async throws {
        for arguments in [
            ["--queues", "no queue"], ["--tenant", "a.b"], ["--tenant", "a=elsewhere"], ["--vhost", ""],
            ["--maximum-submissions", "0"], ["--queue-type", "stream"],
        ] {
            let run = try await Program.run(["topology"] + arguments, [:])
            #expect(run.code == 64 && run.output.isEmpty, "\(arguments): \(run.code) \(run.errors)")
        }
        let mode = try await Program.run(
            ["job", "list"],
            ["BATON_POSTGRES_URL": "postgresql://u@127.0.0.1:1/d", "BATON_RABBITMQ_TOPOLOGY": "perhaps"]
        )
        #expect(mode.code == 7 && mode.errors.contains("declare, verify"), "\(mode.errors)")
    }
}
