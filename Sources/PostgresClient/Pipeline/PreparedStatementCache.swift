/// The statements that one connection's server has prepared, with the least recently used one first to go.
struct PreparedStatementCache {
    struct Entry {
        let name: String
        // Set once the server has confirmed; until then only the request that prepares it may count on it.
        var isConfirmed: Bool
        var lastUse: UInt64
    }

    let capacity: Int
    private var entries: [StatementKey: Entry] = [:]
    private var uses: UInt64 = 0
    private var nextName: UInt64 = 0
    // Behind a pooler a connection may meet another one's statements: better no statement than somebody else's.
    private let namePrefix: String

    var count: Int { self.entries.count }

    init(capacity: Int, namePrefix: String) {
        self.capacity = capacity
        self.namePrefix = namePrefix
    }

    mutating func use(_ key: StatementKey) -> Entry? {
        guard let index = self.entries.index(forKey: key) else { return nil }
        self.uses += 1
        self.entries.values[index].lastUse = self.uses
        return self.entries.values[index]
    }

    /// Adds a statement that is about to be prepared, and returns its name.
    mutating func insert(_ key: StatementKey) -> String {
        self.uses += 1
        self.nextName += 1
        let name = "\(self.namePrefix)\(self.nextName)"
        self.entries[key] = Entry(name: name, isConfirmed: false, lastUse: self.uses)
        return name
    }

    mutating func confirm(_ key: StatementKey) {
        self.entries[key]?.isConfirmed = true
    }

    mutating func remove(_ key: StatementKey) -> Entry? {
        self.entries.removeValue(forKey: key)
    }

    /// Takes out the statement used least recently if there are too many.
    mutating func evict() -> Entry? {
        guard self.entries.count > self.capacity else { return nil }
        // A linear search: it only happens when a statement is prepared, which costs a thousand times as much.
        let oldest = self.entries.filter(\.value.isConfirmed).min { $0.value.lastUse < $1.value.lastUse }
        return oldest.flatMap { self.entries.removeValue(forKey: $0.key) }
    }
}
