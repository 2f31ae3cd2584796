/// Whatever delivers letters.
protocol Post: Sendable {
    /// Sends a letter and gives back its number.
    func send(_ text: String, to address: String) async throws -> String
}
