import Locking

/// Where the tasks of one simulated process run: one part after another, when the scheduler says so.
final class SimulationExecutor: TaskExecutor {
    /// The process's number in the trace.
    let number: Int
    private let scheduler: SimulationScheduler

    init(number: Int, scheduler: SimulationScheduler) {
        self.number = number
        self.scheduler = scheduler
    }

    func enqueue(_ job: consuming ExecutorJob) {
        scheduler.enqueue(UnownedJob(job), of: self)
    }
}
