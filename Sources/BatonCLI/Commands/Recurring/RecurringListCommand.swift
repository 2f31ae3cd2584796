import ArgumentParser
import Baton

/// Lists recurring entries.
struct RecurringListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists recurring entries, with when they are due."
    )

    @OptionGroup var output: Output

    func run() async throws {
        let records = try await Connections().withStorage { try await $0.recurringRecords() }
        let entries = records.map(RecurringEntry.init)
        output.write(
            .object(["entries": .array(entries.map { JSONNode($0) })]),
            Self.table(of: entries).text
        )
    }

    private static func table(of entries: [RecurringEntry]) -> Table {
        var table = Table(["ID", "STATE", "NEXT", "LAST", "SCHEDULE", "ZONE", "TYPE", "QUEUE", "ERROR"])
        for entry in entries {
            table.add([
                entry.id, entry.stateWord, entry.nextAt?.shown, entry.lastAt?.shown, entry.schedule.text,
                entry.schedule.zone, entry.name, entry.queue, entry.error,
            ])
        }
        return table
    }
}

extension RecurringEntry {
    /// How it stands, in a word.
    var stateWord: String {
        error != nil ? "disabled" : isPaused ? "paused" : "active"
    }
}
