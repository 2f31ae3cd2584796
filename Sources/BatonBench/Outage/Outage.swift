import Foundation

/// A server that goes away and comes back, once or several times.
struct Outage: Sendable {
    /// One of the two servers, by its name in `deploy/services`.
    enum Server: String, Sendable {
        case postgres, rabbitmq
    }

    /// How it goes.
    enum Manner: String, Sendable, CaseIterable {
        /// It shuts down in its own way.
        case stop
        /// All its processes get SIGKILL.
        case kill
        /// All its processes stand still: connections stay open, and nobody answers.
        case pause

        /// What brings it back.
        var opposite: String { self == .pause ? "resume" : "start" }
    }

    let server: Server
    let manner: Manner
    /// How often.
    let times: Int
    /// How long it is away each time, in seconds.
    let away: Double
    /// How long it is left alone before, between and after, in seconds.
    let apart: Double

    /// How long after its return a job that is due still counts as one of the outage, in seconds.
    private static let aftermath = 5.0

    /// Takes the server away and brings it back.
    ///
    /// - Parameters:
    ///   - script: `deploy/services`.
    ///   - onWindow: Called after each outage with its beginning and end by ``MonotonicClock``, the time after it included
    ///     in which programs notice that the server is back.
    /// - Throws: ``BenchError`` when the script fails; `CancellationError`, with the server back.
    func run(_ script: String, onWindow: (ClosedRange<UInt64>) -> Void) async throws {
        for _ in 0..<times {
            try await Task.sleep(for: .seconds(apart))
            let start = MonotonicClock.now
            try await Self.call(script, manner.rawValue, server)
            do {
                try await Task.sleep(for: .seconds(away))
            } catch {
                // The run removes what it has made on the servers, which must be there for that.
                try await Task { try await Self.call(script, manner.opposite, server) }.value
                throw error
            }
            try await Self.call(script, manner.opposite, server)
            onWindow(start...(MonotonicClock.now + UInt64(Self.aftermath * 1e9)))
        }
        try await Task.sleep(for: .seconds(apart))
    }

    private static func call(_ script: String, _ verb: String, _ server: Server) async throws {
        let status = try await Program.run(script, [verb, server.rawValue], keepsOutput: false).status
        guard status == 0 else {
            throw BenchError(.failure, "“\(script) \(verb) \(server.rawValue)” failed with code \(status).")
        }
    }
}
