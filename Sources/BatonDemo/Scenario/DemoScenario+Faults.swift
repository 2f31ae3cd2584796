import Foundation
import Locking

extension DemoScenario {
    /// Kills a worker, then restarts RabbitMQ, each once.
    ///
    /// - Parameters:
    ///   - faults: Tells the producer how far this is.
    ///   - counts: How far the jobs are.
    /// - Returns: The killed worker's process.
    /// - Throws: ``DemoError`` when a fault cannot be brought about.
    func runFaults(_ faults: Faults, _ counts: LatestCounts) async throws -> Int64 {
        do {
            try await wait(counts) { $0.succeeded >= plan.doneBeforeKill }
            let killed = try await killWorker()
            let replacement = try start("\(DemoPlan.workers + 1)")
            try await replacement.waitUntilReady()
            display.say("worker \(replacement.name) (pid \(replacement.processID)) replaces it")
            try await waitForRerun(after: killed)
            try await faults.waves.wait().get()
            try await restartBroker(faults)
            return killed
        } catch {
            faults.brokerIsDown.send(.failure(error))
            faults.brokerIsUp.send(.failure(error))
            throw error
        }
    }

    private func killWorker() async throws -> Int64 {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let running = try await database.running(youngerThan: plan.killableAge)
            let busy = crew.alive.max { running[$0.processID, default: 0] < running[$1.processID, default: 0] }
            if let busy, let count = running[busy.processID], count >= DemoPlan.runningWhenKilled {
                // Before the deed, so that the time to recover is measured too long rather than too short.
                try await database.record(.kill, processID: busy.processID)
                busy.child.send(SIGKILL)
                guard try await busy.child.ending.wait(atMost: .seconds(10)) == .killed(signal: SIGKILL) else {
                    throw DemoError(.faultMissed, "Worker \(busy.name) did not end by SIGKILL:\n\(busy.log)")
                }
                try await database.record(.killed, processID: busy.processID)
                display.say("killed worker \(busy.name) (pid \(busy.processID)) by SIGKILL while it ran \(count) jobs")
                return busy.processID
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw DemoError(
            .faultMissed,
            "No worker ran \(DemoPlan.runningWhenKilled) jobs at once for half a minute, so none was killed."
        )
    }

    /// Waits for the killed worker's jobs to begin again, so that the broker's outage does not count as recovery.
    private func waitForRerun(after processID: Int64) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await database.waitingForRerun(after: processID) > 0 {
            guard ContinuousClock.now < deadline else {
                return display.say("the killed worker's jobs have not all begun again after a minute; going on")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        display.say("the killed worker's jobs have begun again")
    }

    private func restartBroker(_ faults: Faults) async throws {
        display.say("stopping RabbitMQ")
        try await database.record(.brokerStopping)
        do {
            try await services.stopRabbitMQ()
            try await database.record(.brokerStopped)
            display.say("RabbitMQ is down")
            faults.brokerIsDown.send(.success(()))
            try await faults.outage.wait().get()
            try await services.startRabbitMQ()
        } catch {
            // Whatever ends the demonstration, RabbitMQ is not left down. A task of its own, for this one may be cancelled.
            _ = await Task { [services] in try await services.startRabbitMQ() }.result
            throw error
        }
        try await database.record(.brokerStarted)
        display.say("RabbitMQ is back")
        faults.brokerIsUp.send(.success(()))
    }
}
