/// Sign-ups that come in from a form, handled one after the other.
struct SignUpQueue: Sendable {
    let accounts: Accounts
    let addresses: AsyncStream<String>

    func run() async throws {
        for await address in addresses {
            try await accounts.signUp(address)
        }
    }
}
