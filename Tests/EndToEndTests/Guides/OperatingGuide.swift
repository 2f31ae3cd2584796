import Baton

// The code that the guide “Operating” shows of queues.

func sharingConfiguration() -> JobServerConfiguration {
    var configuration = JobServerConfiguration()
    configuration.queueOrder = .weighted(["payments": 5, "mail": 2])
    return configuration
}

func pauseQueues(_ jobs: JobClient) async throws {
    try await jobs.queues.pause("mail", reason: "The mail server moves")
    try await jobs.queues.pause("reports", on: "web-1")
    for pause in try await jobs.queues.pauses() {
        print(pause.queue, pause.server ?? "everywhere", pause.since, pause.reason ?? "")
    }
    try await jobs.queues.resume("mail")
    try await jobs.queues.resume("reports", on: "web-1")
}
