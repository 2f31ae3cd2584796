import Baton
import BatonTesting

extension JobStorageSubject {
    /// A storage in memory, on a clock of its own, with a planted defect if there is to be one.
    static func inMemory(_ defect: StorageDefect? = nil) -> JobStorageSubject {
        let clock = TestClock()
        let honest = InMemoryStorage(clock: clock)
        let storage: any JobStorage = defect.map { DefectiveStorage(honest, $0) } ?? honest
        return JobStorageSubject(
            storage,
            presence: PresenceControls(
                peer: storage,
                endPeer: { honest.change { $0.locks = [] } },
                loseSession: { _ in honest.change { $0.sessionsSince = clock.date } }
            ),
            // Short, for what a defect keeps from coming; long enough for all else on a slow machine.
            patience: defect == nil ? .seconds(300) : .seconds(20),
            counter: { counter in honest.read { $0.counters[counter] ?? 0 } },
            advance: { clock.advance(by: $0) }
        )
    }
}
