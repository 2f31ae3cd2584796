import Baton
import BatonMacros
import Logging
import ServiceLifecycle

@Jobs
struct Greeter: Sendable {
    /// Greets somebody.
    @Job("greeter.greet")
    func greet(_ name: String) async throws -> String {
        "Hello, \(name)!"
    }
}

@main
struct Quickstart {
    static func main() async throws {
        let storage = InMemoryStorage()  // PostgresStorage(.init(url: …)) keeps jobs for good
        let transport = InMemoryTransport()  // RabbitMQTransport(.init(url: …)) wakes other processes
        let jobs = JobClient(storage: storage, transport: transport)
        let server = try JobServer(jobs) {
            Greeter()
        }
        let services = ServiceGroup(
            services: [storage, transport, jobs, server],
            logger: Logger(label: "quickstart")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            // Returns once the job is stored.
            let greeting = try await jobs.enqueue(Greeter.$greet("Ada"))
            while try await greeting.status()?.state != .succeeded {
                try await Task.sleep(for: .milliseconds(10))
            }
            print(try await greeting.result() ?? "no greeting")
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }
}
