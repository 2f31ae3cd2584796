import Baton
import BatonMacros

@Jobs
struct Accounts: Sendable {
    let jobs: JobClient
    let directory: Directory

    /// Makes an account.
    func signUp(_ address: String) async throws {
        await directory.add(address)
        try await jobs.enqueue(Mailer.$sendWelcome(to: address))
        try await jobs.schedule(Accounts.$checkIn(on: address), in: .seconds(3 * 86_400))
    }

    /// Reminds a user who has not confirmed the address.
    @Job("accounts.checkIn")
    func checkIn(on address: String) async throws {
        guard await !directory.isConfirmed(address) else { return }
        try await jobs.enqueue(Mailer.$sendReminder(to: address))
    }
}
