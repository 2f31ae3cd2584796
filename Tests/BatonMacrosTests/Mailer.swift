import Baton
import BatonMacros
import Foundation
import Locking

/// What the jobs of these tests did.
final class Outbox: Sendable {
    private let lines = Locked<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

@Jobs
struct Mailer: Sendable {
    struct Receipt: Codable, Sendable, Equatable {
        var address: String
        var attempt: Int
    }

    enum Plan: String, Codable, Sendable { case free, paid }

    static let house = "en"

    let outbox: Outbox

    /// Greets a new user.
    @Job(
        "mail.welcome",
        queue: "mail",
        priority: 2,
        maximumAttempts: 5,
        timeout: .seconds(30),
        aliases: ["mail.hello", "mail.hi"],
        renamed: ["recipient": "address", "to": "address"]
    )
    func sendWelcome(
        to address: String,
        plan: Plan = .free,
        locale: String = Self.house,
        context: JobContext
    ) async throws -> Receipt {
        outbox.add("\(address) \(plan) \(locale)")
        return Receipt(address: address, attempt: context.attempt)
    }

    @Job func plain(_ count: Int, at date: Date?) {
        outbox.add("\(count) \(date?.timeIntervalSince1970.description ?? "never")")
    }

    @Job func optional(limit: Int? = 5, `default`: String, data: Data = Data()) -> Int? { limit }

    @Job(queue: Self.house) func upgrade(to plan: Self.Plan, from old: Self.Plan = Self.Plan.free) -> Self.Plan { plan }

    @Job static func digest(_ first: Int, _ second: Int = 2) throws -> [Int] { [first, second] }

    @Job private func hidden() async { outbox.add("hidden") }

    @Job func run(name: String, aliases: [String] = [], receiver: Int = 0, arguments: Int = 1) -> String { name }

    /// Not a job, and no obstacle to one of the same name.
    func plain() {}

    static var callToHidden: some JobCall { $hidden() }
}

@Jobs
actor Counter {
    private var total = 0

    @Job(
        "counter.add",
        retry: .fixed([.seconds(1)]).except(on: CancellationError.self).whenExhausted(.delete),
        exclusive: true
    )
    func add(_ amount: Int) -> Int {
        total += amount
        return total
    }

    @Job nonisolated func describe() async throws(CancellationError) -> String { "counter" }

    @Job static func reset() {}
}

@MainActor
@Jobs
final class Screen {
    @Job func show(_ text: String) -> Bool {
        MainActor.assertIsolated()
        return true
    }
}

@Jobs
enum Reports {
    @Jobs
    struct Daily: Sendable {
        @Job func build(day: Int) -> String { "day \(day)" }
    }

    @Job static func monthly(of month: Int) -> String { "month \(month)" }
}

/// Rebuilds a part of the index.
@Job func reindex(shard: Int, of shards: Int = 4) async throws -> String { "\(shard)/\(shards)" }

// The generated type has members of these names.
@Job func encode(encode: String) -> String { encode }
@Job func name() -> String { "name" }

@Job private func withoutAnything() {}

private let callToWithoutAnything = $withoutAnything()

@MainActor @Job func onMain() { MainActor.assertIsolated() }

@Job func whereSynchronous() -> Bool { QueueExecutor.isCurrent }
@Job func whereAsynchronous() async -> Bool {
    await Task.yield()
    return QueueExecutor.isCurrent
}
@concurrent @Job func whereConcurrent() async -> Bool { QueueExecutor.isCurrent }
