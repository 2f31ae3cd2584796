import Baton
import BatonMacros
import BatonPostgres
import BatonRabbitMQ
import Logging
import ServiceLifecycle
import UnixSignals

@Jobs
struct Mailer: Sendable {
    let sender: String

    /// Greets a new user.
    @Job("mail.welcome", queue: "mail")
    func sendWelcome(to address: String, locale: String = "en") async throws -> String {
        "From \(sender) to \(address), in \(locale)"
    }
}

func serve(postgres url: String, rabbit: String) async throws {
    let storage = PostgresStorage(.init(url: url))
    let transport = RabbitMQTransport(.init(url: rabbit))
    let jobs = JobClient(storage: storage, transport: transport)
    let server = try JobServer(jobs, queues: ["mail", "default"]) {
        Mailer(sender: "office@example.org")
    }
    let services = ServiceGroup(
        services: [storage, transport, jobs, server],
        gracefulShutdownSignals: [.sigterm],
        logger: Logger(label: "mailer")
    )
    try await services.run()
}

func greet(_ address: String, with jobs: JobClient) async throws -> JobID {
    // Returns once the job is stored.
    let welcome = try await jobs.enqueue(Mailer.$sendWelcome(to: address))
    try await jobs.schedule(Mailer.$sendWelcome(to: address, locale: "fr"), in: .seconds(3600))
    return welcome.id
}
