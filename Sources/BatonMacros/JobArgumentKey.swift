/// A parameter's name as a key of the stored JSON.
struct JobArgumentKey: CodingKey {
    let stringValue: String

    init(_ name: String) {
        self.stringValue = name
    }

    init(stringValue: String) {
        self.init(stringValue)
    }

    init?(intValue: Int) { nil }

    var intValue: Int? { nil }
}
