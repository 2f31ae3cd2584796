import ArgumentParser
import BatonRabbitMQ
import RabbitMQClient

/// Shows what a namespace needs on a broker, and prints it for an administrator of RabbitMQ.
struct TopologyCommand: AsyncParsableCommand {
    /// How the broker keeps queues.
    enum QueueType: String, CaseIterable, ExpressibleByArgument {
        case classic, quorum

        var type: RabbitMQTransport.Configuration.QueueType { self == .quorum ? .quorum : .classic }
    }

    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "Lists the exchanges, queues, bindings and accounts that a namespace needs on RabbitMQ.",
        discussion: """
            With --definitions, as a document for an administrator: rabbitmqctl import_definitions FILE. It makes accounts that
            cannot log in until they have a password: rabbitmqctl change_password NAME. Importing it once more takes the
            passwords away again, unless it is printed --without-users.

            Reads BATON_NAMESPACE only, and connects to nothing.
            """
    )

    @Flag(help: "Print definitions to import, with permissions and limits, instead of tables.")
    var definitions = false

    @Option(help: "The queues of jobs, separated by commas.")
    var queues = "default"

    @Option(
        name: .customLong("tenant"),
        help: ArgumentHelp(
            "Producers to be kept apart, with an account of their own; may be given several times.",
            discussion: "With =QUEUE,QUEUE they can submit to those queues only.",
            valueName: "name"
        )
    )
    var tenants: [String] = []

    @Option(help: "The virtual host.")
    var vhost = "/"

    @Option(help: "How the broker keeps dispatch queues.")
    var queueType = QueueType.classic

    @Option(help: "How the broker keeps queues for submissions.")
    var submissionQueueType = QueueType.quorum

    @Option(help: "How many submissions a queue holds before it is full.")
    var maximumSubmissions: Int?

    @Option(help: "How many bytes of submissions a queue holds before it is full.")
    var maximumBytes: Int?

    @Flag(help: "Let servers and clients declare what is missing, as they do unless they are told to verify.")
    var declaring = false

    @Flag(help: "Leave the users out, who exist and keep their passwords then; their permissions are set.")
    var withoutUsers = false

    @OptionGroup var output: Output

    func validate() throws {
        for (name, value) in [("--maximum-submissions", maximumSubmissions), ("--maximum-bytes", maximumBytes)] {
            guard value.map({ $0 > 0 }) ?? true else { throw ValidationError("\(name) must be 1 or more.") }
        }
    }

    func run() async throws {
        let needed = try makeDefinitions()
        if definitions {
            StandardOutput.write(needed.document)
        } else {
            output.write(JSONNode(needed), Self.text(of: needed))
        }
    }

    private func makeDefinitions() throws(CLIError) -> BrokerDefinitions {
        do throws(RabbitMQError) {
            var tenants: [BrokerTenant] = []
            for tenant in self.tenants { tenants.append(try BrokerTenant(tenant)) }
            var needed = try BrokerDefinitions(
                namespace: CLIEnvironment.namespace(),
                virtualHost: vhost,
                queues: BrokerTenant.queues(queues),
                tenants: tenants,
                queueType: queueType.type,
                submissionQueueType: submissionQueueType.type
            )
            if let maximumSubmissions { needed.maximumSubmissions = maximumSubmissions }
            if let maximumBytes { needed.maximumSubmissionBytes = maximumBytes }
            needed.runtimeDeclares = declaring
            needed.makesAccounts = !withoutUsers
            return needed
        } catch {
            throw CLIError(.usage, error.message, underlyingError: error)
        }
    }

    // MARK: For people

    private static func text(of needed: BrokerDefinitions) -> String {
        var exchanges = Table(["EXCHANGE", "TYPE"])
        for exchange in needed.exchanges { exchanges.add([exchange.name, exchange.kind.name]) }
        var queues = Table(["QUEUE", "TYPE", "MAX LENGTH"], numbers: [2])
        for queue in needed.brokerQueues {
            queues.add([
                queue.name, queue.arguments["x-queue-type"]?.string,
                queue.arguments["x-max-length"]?.integer.map { "\($0)" },
            ])
        }
        var bindings = Table(["FROM", "TO", "KEY"])
        for binding in needed.bindings {
            let destination = binding.isToExchange ? "exchange \(binding.destination)" : binding.destination
            bindings.add([binding.source, destination, binding.routingKey])
        }
        var accounts = Table(["ACCOUNT", "CONFIGURE", "WRITE", "READ"])
        for account in needed.accounts {
            accounts.add([account.name, account.configure, account.write, account.read])
        }
        return [exchanges, queues, bindings, accounts].map(\.text).joined(separator: "\n")
    }
}
