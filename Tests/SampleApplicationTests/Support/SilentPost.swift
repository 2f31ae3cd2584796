/// A post office that takes letters and never says what became of them.
struct SilentPost: Post {
    func send(_ text: String, to address: String) async throws -> String {
        try await Task.sleep(for: .seconds(3_600))
        return "too late"
    }
}
