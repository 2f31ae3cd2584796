/// Collects the methods of a type that are marked `@Job`, so that a server can run them.
///
/// ```swift
/// @Jobs
/// struct Mailer: Sendable {
///     let smtp: SMTPClient
///
///     @Job("mail.welcome")
///     func sendWelcome(to address: String) async throws { … }
/// }
///
/// let server = JobServer(jobs, queues: ["default"]) {
///     Mailer(smtp: smtp)
/// }
/// ```
///
/// It goes on the declaration of a struct, a final class, an actor, or an enum with static jobs, and writes the
/// conformance to `JobReceiver`. Two jobs of one name, overloads included, are an error here.
@attached(extension, conformances: JobReceiver, names: named(jobs))
public macro Jobs() = #externalMacro(module: "BatonMacrosPlugin", type: "JobsMacro")
