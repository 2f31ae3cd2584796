import Foundation

/// A folder with programs to compare with: the same work in bare C, and other job systems.
///
/// Each program measures once for each call and prints one JSON object.
struct Kit: Sendable {
    /// The folder with `ceiling/whole`, `ceiling/pg` and `peers/peers.py`.
    let folder: String
    /// The folder with the environment of the peers.
    let work: String

    /// Runs a program that does the same work with nothing around it.
    ///
    /// - Parameters:
    ///   - program: `whole` or `pg`.
    ///   - arguments: What it is to measure.
    /// - Returns: Its result.
    /// - Throws: ``BenchError``, `CancellationError`.
    func ceiling(_ program: String, _ arguments: [String]) async throws -> JSONValue {
        try await result(of: "\(folder)/ceiling/\(program)", arguments + ["--reps", "1", "--json", "-"])
    }

    /// Measures another job system: enqueueing, drain and latency.
    ///
    /// - Parameters:
    ///   - name: Its name in the kit.
    ///   - jobs: How many jobs to enqueue and drain.
    ///   - rate: Jobs per second, for the latency.
    ///   - latencyJobs: How many jobs at that rate.
    /// - Returns: Its result.
    /// - Throws: ``BenchError``, `CancellationError`.
    func peer(_ name: String, jobs: Int, rate: Int, latencyJobs: Int) async throws -> JSONValue {
        try await result(
            of: "\(folder)/peers/peers.py",
            [
                name, "--work", work, "--jobs", "\(jobs)", "--reps", "1", "--rate", "\(rate)",
                "--latency-jobs", "\(latencyJobs)", "--json", "-",
            ]
        )
    }

    private func result(of program: String, _ arguments: [String]) async throws -> JSONValue {
        let (output, status) = try await Program.run(program, arguments)
        let line = output.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        guard let result = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) else {
            let command = ([program] + arguments).joined(separator: " ")
            throw BenchError(.failure, "“\(command)” ended with \(status) and printed no JSON object.")
        }
        if status != 0 {
            // The result is printed last, so it is whole; what failed is the tidying up.
            StandardError.write("baton-bench: “\(program)” ended with \(status) after its result\n")
        }
        return result
    }
}
