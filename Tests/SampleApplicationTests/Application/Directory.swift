/// The accounts there are.
actor Directory {
    private var confirmed: [String: Bool] = [:]

    func add(_ address: String) {
        confirmed[address] = false
    }

    func confirm(_ address: String) {
        confirmed[address] = true
    }

    func isConfirmed(_ address: String) -> Bool {
        confirmed[address] ?? false
    }
}
