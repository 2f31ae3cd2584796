import Baton
import BatonMacros
import Foundation

/// The jobs of the demonstration; every run is a row of the ledger.
@Jobs
struct DemoJobs: Sendable {
    let ledger: RunLedger
    let input: InputFolder?

    /// Returns its message.
    @Job("demo.echo")
    func echo(message: String, context: JobContext) async throws -> String {
        try await ledger.recording(context) { message }
    }

    /// Takes a while.
    @Job("demo.sleep")
    func sleep(milliseconds: Int, context: JobContext) async throws {
        try await ledger.recording(context) {
            try await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    /// Fails its first attempts.
    @Job("demo.fail")
    func fail(times: Int, context: JobContext) async throws -> Int {
        try await ledger.recording(context) {
            guard context.attempt > times else {
                throw DemoJobError(.failedOnPurpose, "Attempt \(context.attempt) of \(times) that fail on purpose.")
            }
            return context.attempt
        }
    }

    /// Reads a file under the input folder and returns its SHA-256, words and bytes.
    ///
    /// `milliseconds` makes it take longer, so that a worker can be killed in the middle of it.
    @Job("demo.checksum")
    func checksum(path: String, milliseconds: Int = 0, context: JobContext) async throws -> FileChecksum {
        try await ledger.recording(context) {
            guard let input else {
                throw DemoJobError(.inputNotConfigured, "Set BATON_DEMO_INPUT to the folder demo.checksum may read.")
            }
            let checksum = try FileChecksum(of: input.open(path))
            try await Task.sleep(for: .milliseconds(milliseconds))
            return checksum
        }
    }

    /// Reports progress, step by step.
    @Job("demo.progress")
    func progress(steps: Int, context: JobContext) async throws -> Int {
        try await ledger.recording(context) {
            for step in 0..<max(0, steps) {
                try await Task.sleep(for: .milliseconds(50))
                context.reportProgress(Double(step + 1) / Double(steps), "step \(step + 1) of \(steps)")
            }
            return steps
        }
    }

    /// Ends the worker's process, as a crash in a job would.
    @Job("demo.exit")
    func exit(code: Int, context: JobContext) async throws {
        try await ledger.recording(context) { () -> Void in
            // Not `exit`: its handlers would run beside the other threads' jobs, which a crash gives no time either.
            _exit(Int32(truncatingIfNeeded: code))
        }
    }
}
