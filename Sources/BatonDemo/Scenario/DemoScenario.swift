import Baton
import Foundation
import Locking
import Logging
import PostgresClient

/// The demonstration's course: work, a killed worker, a restarted broker, and nothing lost.
struct DemoScenario: Sendable {
    let plan: DemoPlan
    let files: InputFiles
    let jobs: JobClient
    let database: DemoDatabase
    let crew: WorkerCrew
    let services: ServicesScript
    let scratch: ScratchFolder
    let display: ProgressDisplay

    /// How long nothing may happen before what is missing counts as lost: longer than any lease or retry of a broker.
    private static let patience = Duration.seconds(120)

    /// Runs the course.
    ///
    /// - Parameter paths: The file of each job; a file may come more than once.
    /// - Returns: What was done, for the report.
    /// - Throws: ``DemoError`` when the course cannot be run to its end, and what the servers throw.
    func run(_ paths: [String]) async throws -> DemoCourse {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let counts = LatestCounts()
            group.addTask { try await watch(counts) }
            defer { group.cancelAll() }

            display.say("starting \(DemoPlan.workers) workers with \(DemoPlan.concurrency) jobs at once each")
            for number in 1...DemoPlan.workers {
                try start("\(number)")
            }
            for worker in crew.alive {
                try await worker.waitUntilReady()
            }

            var rest = paths[...]
            let paced = try await enqueuePaced(rest.take(plan.paced), counts)
            display.say("enqueued \(plan.paced) jobs one by one; now waves of \(plan.wave) a second")

            let faults = Faults()
            async let killed = runFaults(faults, counts)
            let enqueued: [JobID]
            do {
                enqueued = try await enqueueAround(faults, &rest)
            } catch {
                // Ends the other half, which the error would wait for otherwise.
                faults.waves.send(.failure(error))
                faults.outage.send(.failure(error))
                _ = try? await killed
                throw error
            }
            let killedProcess = try await killed
            let isComplete = try await waitForEnd(of: paths.count, counts)
            display.say(isComplete ? "all jobs have ended; stopping the workers" : "nothing happens any more; stopping")
            try await crew.stop()
            display.finish()
            return DemoCourse(
                paths: Dictionary(zip(paced + enqueued, paths)) { first, _ in first },
                paced: paced,
                killed: killedProcess
            )
        }
    }

    // MARK: Producing

    /// Enqueues jobs one by one and waits for their ends, before anything fails.
    private func enqueuePaced(_ paths: ArraySlice<String>, _ counts: LatestCounts) async throws -> [JobID] {
        var ids: [JobID] = []
        let clock = ContinuousClock()
        var next = clock.now
        for path in paths {
            ids.append(
                try await jobs.enqueue(
                    DemoJobs.$checksum(path: path),
                    options: JobOptions(queue: database.queue)
                ).id
            )
            next += plan.pace
            try await clock.sleep(until: next)
        }
        try await wait(counts) { $0.ended >= ids.count }
        return ids
    }

    /// Enqueues everything else, in waves, with one part while the broker is down.
    private func enqueueAround(_ faults: Faults, _ rest: inout ArraySlice<String>) async throws -> [JobID] {
        var ids = try await enqueueWaves(rest.take(plan.waves))
        faults.waves.send(.success(()))
        ids += try await enqueueWaves(rest.take(plan.lastWaves))
        try await faults.brokerIsDown.wait().get()
        ids += try await enqueue(rest.take(plan.outage))
        faults.outage.send(.success(()))
        display.say("enqueued \(plan.outage) jobs while RabbitMQ is down")
        try await faults.brokerIsUp.wait().get()
        return try await ids + enqueueWaves(rest)
    }

    private func enqueueWaves(_ paths: ArraySlice<String>) async throws -> [JobID] {
        var ids: [JobID] = []
        let clock = ContinuousClock()
        var next = clock.now
        for start in stride(from: paths.startIndex, to: paths.endIndex, by: plan.wave) {
            ids += try await enqueue(paths[start..<min(start + plan.wave, paths.endIndex)])
            next += .seconds(1)
            try await clock.sleep(until: next)
        }
        return ids
    }

    private func enqueue(_ paths: ArraySlice<String>) async throws -> [JobID] {
        try await jobs.enqueue(
            contentsOf: paths.map { DemoJobs.$checksum(path: $0, milliseconds: plan.milliseconds) },
            options: JobOptions(queue: database.queue)
        ).map(\.id)
    }

    // MARK: Waiting

    /// Follows the jobs and shows how far they are.
    private func watch(_ counts: LatestCounts) async throws {
        while true {
            do throws(PostgresError) {
                let latest = try await database.counts()
                counts.set(.success(latest))
                display.show(latest)
            } catch {
                if !error.isRetryable {
                    counts.set(.failure(error))
                }
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Waits for a condition.
    func wait(_ counts: LatestCounts, until isMet: (JobCounts) -> Bool) async throws {
        guard try await moves(counts, until: isMet) else {
            throw DemoError(.jobLost, "The jobs stand still: \(try counts.value).")
        }
    }

    private func waitForEnd(of count: Int, _ counts: LatestCounts) async throws -> Bool {
        try await moves(counts) { $0.ended >= count }
    }

    /// Waits for a condition as long as the counts change.
    private func moves(_ counts: LatestCounts, until isMet: (JobCounts) -> Bool) async throws -> Bool {
        var last = try counts.value
        var deadline = ContinuousClock.now + Self.patience
        while !isMet(last) {
            try await Task.sleep(for: .milliseconds(50))
            let value = try counts.value
            if value != last {
                last = value
                deadline = .now + Self.patience
            } else if ContinuousClock.now > deadline {
                return false
            }
        }
        return true
    }

    /// Starts a worker; the crew ends it.
    @discardableResult
    func start(_ name: String) throws(DemoError) -> WorkerProcess {
        let worker = try WorkerProcess(
            name: name,
            queue: database.queue,
            concurrency: DemoPlan.concurrency,
            input: files.folder,
            scratch: scratch
        )
        crew.add(worker)
        return worker
    }
}

extension ArraySlice {
    /// Cuts elements off the front.
    fileprivate mutating func take(_ count: Int) -> ArraySlice {
        defer { self = dropFirst(count) }
        return prefix(count)
    }
}
