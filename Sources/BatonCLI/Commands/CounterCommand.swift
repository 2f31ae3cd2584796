import ArgumentParser
import Baton

/// Counters.
struct CounterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counter",
        abstract: "Shows how often rare things have happened.",
        subcommands: [CounterListCommand.self]
    )
}

/// Lists counters.
struct CounterListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists repairs, fenced completions and duplicate deliveries, since the schema was made."
    )

    @OptionGroup var output: Output

    func run() async throws {
        let counters = try await Connections().withStorage { try await $0.counters() }
            .map { (key: $0.key.name, value: $0.value) }
            .sorted { $0.key < $1.key }
        output.write(
            .object(["counters": .map(counters.map { ($0.key, .number($0.value)) })]),
            Self.table(of: counters).text
        )
    }

    private static func table(of counters: [(key: String, value: Int)]) -> Table {
        var table = Table(["COUNTER", "VALUE"], numbers: [1])
        for counter in counters { table.add([counter.key, "\(counter.value)"]) }
        return table
    }
}
