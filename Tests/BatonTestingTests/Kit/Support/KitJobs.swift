import Baton
import Foundation
import Logging

/// A receiver whose job does what the test says.
struct Script: JobReceiver {
    /// Its one job.
    struct Call: JobCall {
        typealias Receiver = Script
        typealias Output = String

        static let name = "script"
        var text: String

        func run(on receiver: Script, in context: JobContext) async throws -> String {
            try await receiver.body(text, context)
        }
    }

    static let jobs = [JobDefinition<Script>(Call.self)]

    let body: @Sendable (String, JobContext) async throws -> String

    init(_ body: @escaping @Sendable (String, JobContext) async throws -> String = { text, _ in text }) {
        self.body = body
    }
}

/// A job with a queue, options and arguments of several kinds.
struct Greet: Job {
    struct Style: Codable, Sendable {
        var isFormal = false
        var colours = ["red"]
    }

    static let name = "kit.greet"
    static let options = JobOptions(queue: "mail", maximumAttempts: 3)

    var address: String
    var locale = "en"
    var at: Date?
    var style: Style?

    func run(in context: JobContext) async throws {
        context.logger.info("greeting", metadata: ["address": "\(address)"])
    }
}

/// A job whose arguments are not what they were, once they were written down.
struct Forgetful: Job {
    static let name = "kit.forgetful"

    enum CodingKeys: String, CodingKey { case written, read }

    init() {}

    init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .read)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1, forKey: .written)
    }

    func run(in context: JobContext) async throws {}
}

/// A job whose argument and result are numbers, also such that JSON does not have.
struct Halve: Job {
    static let name = "kit.halve"
    var number: Double

    func run(in context: JobContext) async throws -> Double {
        number < 0 ? .nan : number / 2
    }
}

/// A job that only its time limit ends.
struct Endless: Job {
    static let name = "kit.endless"
    static let options = JobOptions(timeout: .seconds(30))

    func run(in context: JobContext) async throws {
        try await Task.sleep(for: .seconds(3_600))
    }
}

/// What a job of a test throws.
struct Misfortune: Error, CustomStringConvertible {
    let description = "bad luck"
}
