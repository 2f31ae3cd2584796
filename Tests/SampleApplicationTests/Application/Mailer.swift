import Baton
import BatonMacros
import Logging

@Jobs
struct Mailer: Sendable {
    let post: any Post

    /// Greets a new user.
    @Job("mail.welcome", queue: "mail", maximumAttempts: 3, timeout: .seconds(30))
    func sendWelcome(to address: String, context: JobContext) async throws -> String {
        context.logger.info("sending", metadata: ["attempt": "\(context.attempt)"])
        return try await post.send("Welcome!", to: address)
    }

    /// Asks a user who has not been seen since to come back.
    @Job("mail.reminder", queue: "mail")
    func sendReminder(to address: String) async throws -> String {
        try await post.send("Your account is waiting.", to: address)
    }
}
