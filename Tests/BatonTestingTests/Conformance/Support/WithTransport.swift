import Baton
import BatonTesting
import ServiceLifecycle

/// Gives a trial a transport in memory that runs meanwhile, with a planted defect if there is to be one.
func withTransport(
    patience: Duration,
    _ defect: TransportDefect? = nil,
    _ body: (JobTransportSubject) async throws -> Void
) async throws {
    let honest = InMemoryTransport()
    let subject = JobTransportSubject(
        defect.map { DefectiveTransport(honest, $0) } ?? honest,
        patience: patience,
        cutConsumers: { honest.cut() },
        deleteQueue: { honest.delete($0) },
        takeParked: { honest.parked }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await honest.run() }
        defer { group.cancelAll() }
        try await body(subject)
    }
}
