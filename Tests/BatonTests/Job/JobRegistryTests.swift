import Foundation
import Logging
import Locking
import Testing

@testable import Baton

@Suite("Registered jobs")
struct JobRegistryTests {
    @Test("A hand-written job runs with its arguments and gives its result")
    func runs() async throws {
        let registry = try JobRegistry { Add.self }
        let job = try #require(registry["test.add"])
        let result = try await job.run(arguments: JSONText(#"{"one":1,"other":2}"#), in: .example())
        #expect(result == JSONText("3"))
    }

    @Test("A job without a result gives none")
    func runsWithoutResult() async throws {
        let job = try #require(try JobRegistry { Silent.self }["test.silent"])
        #expect(try await job.run(arguments: .emptyObject, in: .example()) == nil)
    }

    @Test("A job is found under its aliases, and the names list them all")
    func aliases() throws {
        let registry = try JobRegistry {
            Silent.self
            Add.self
        }
        #expect(registry.names == ["test.add", "test.plus", "test.silent"])
        #expect(registry["test.plus"]?.name == "test.add")
        #expect(registry["test.minus"] == nil)
    }

    @Test("The context is task-local while the job runs, and so is its logger")
    func taskLocals() async throws {
        let job = try #require(try JobRegistry { Surroundings.self }["test.surroundings"])
        let context = JobContext.example(attempt: 3)
        let result = try await job.run(arguments: .emptyObject, in: context)
        #expect(result?.text == #"{"attempt":3,"job":"\#(context.id)"}"#)
        #expect(JobContext.current == nil)
    }

    @Test("Progress is brought into its range and handed on")
    func progress() {
        let reports = Locked<[Double]>([])
        let context = JobContext.example { fraction, _ in reports.withLock { $0.append(fraction) } }
        context.reportProgress(0.5)
        context.reportProgress(7)
        context.reportProgress(-1)
        context.reportProgress(.nan)
        #expect(reports.withLock { $0 } == [0.5, 1, 0, 0])
    }

    @Test("An error of the job is thrown as it is")
    func failure() async throws {
        let job = try #require(try JobRegistry { Failing.self }["test.failing"])
        await #expect(throws: CancellationError.self) {
            try await job.run(arguments: .emptyObject, in: .example())
        }
    }

    @Test("Arguments can be checked without running the job")
    func check() throws {
        let job = try #require(try JobRegistry { Add.self }["test.add"])
        try job.check(arguments: JSONText(#"{"one":1,"other":2}"#))
        let error = #expect(throws: JobError.self) { try job.check(arguments: JSONText(#"{"one":1}"#)) }
        #expect(error?.code == .argumentsUndecodable)
    }

    @Test("Two jobs of one name are an error that names both, aliases included")
    func duplicates() {
        let error = #expect(throws: JobRegistrationError.self) {
            try JobRegistry {
                Add.self
                Plus.self
            }
        }
        #expect(error?.code == .duplicateName)
        #expect(error?.message.contains("Add") == true)
        #expect(error?.message.contains("Plus") == true)
        #expect(error?.message.contains("“test.plus”") == true)
    }

    @Test("One job registered twice is an error that says so")
    func registeredTwice() {
        let error = #expect(throws: JobRegistrationError.self) {
            try JobRegistry {
                Add.self
                Add.self
            }
        }
        #expect(error?.message.contains("registered twice") == true)
    }

    @Test("Declarations that are not allowed are an error that names the job")
    func invalidDeclarations() {
        let name = #expect(throws: JobRegistrationError.self) { try JobRegistry { BadName.self } }
        #expect(name?.code == .invalidDeclaration)
        #expect(name?.message.contains("BadName") == true)
        let queue = #expect(throws: JobRegistrationError.self) { try JobRegistry { BadQueue.self } }
        #expect(queue?.code == .invalidDeclaration)
        #expect((queue?.underlyingError as? JobError)?.code == .invalidQueue)
    }

    @Test("Conditions and loops work in a list of registrations")
    func builder() throws {
        func names(_ condition: Bool) throws -> [String] {
            try JobRegistry {
                if condition {
                    Add.self
                } else {
                    Silent.self
                }
                if condition { Failing.self }
                for registration in [JobRegistration(Surroundings.self)] { registration }
            }.names
        }
        #expect(try names(true) == ["test.add", "test.failing", "test.plus", "test.surroundings"])
        #expect(try names(false) == ["test.silent", "test.surroundings"])
    }
}

@Suite("Receivers")
struct JobReceiverTests {
    @Test("An instance is the receiver of every run; an actor runs its jobs itself")
    func instance() async throws {
        let counter = Counter()
        let job = try #require(try JobRegistry { counter }["counter.add"])
        _ = try await job.run(arguments: JSONText(#"{"amount":2}"#), in: .example())
        #expect(try await job.run(arguments: JSONText(#"{"amount":3}"#), in: .example()) == JSONText("5"))
        #expect(await counter.total == 5)
    }

    @Test("A scoped receiver is made for each run, from its context, and only for jobs that need it")
    func scoped() async throws {
        let made = Locked<[Int]>([])
        let registry = try JobRegistry {
            Scoped(Counter.self) { context in
                made.withLock { $0.append(context.attempt) }
                return Counter()
            }
        }
        let job = try #require(registry["counter.add"])
        for attempt in 1...2 {
            let result = try await job.run(arguments: JSONText(#"{"amount":2}"#), in: .example(attempt: attempt))
            #expect(result == JSONText("2"))
        }
        _ = try await registry["test.silent"]?.run(arguments: .emptyObject, in: .example())
        await #expect(throws: JobError.self) {
            try await job.run(arguments: JSONText(#"{"amount":"x"}"#), in: .example())
        }
        #expect(made.withLock { $0 } == [1, 2])
    }

    @Test("A type in place of an instance is an error that says what to write")
    func metatype() {
        let error = #expect(throws: JobRegistrationError.self) { try JobRegistry { Counter.self } }
        #expect(error?.code == .receiverNeeded)
        #expect(error?.message.contains("Scoped(Counter.self)") == true)
    }

    @Test("A type with static jobs is registered by its type")
    func staticJobs() throws {
        #expect(try JobRegistry { Reports.self }.names == ["test.silent"])
    }

    @Test("Functions that make calls register their job, whatever their parameters")
    func factories() throws {
        #expect(try JobRegistry { makeSilent }.names == ["test.silent"])
        #expect(try JobRegistry { makeAdd }.names == ["test.add", "test.plus"])
    }
}

private func makeSilent() -> Silent { Silent() }
private func makeAdd(one: Int, to other: Int = 1) -> Add { Add(one: one, other: other) }

private actor Counter: JobReceiver {
    static var jobs: [JobDefinition<Counter>] {
        [JobDefinition(AddToCounter.self), JobDefinition(static: Silent.self)]
    }
    var total = 0
    func add(_ amount: Int) -> Int {
        total += amount
        return total
    }
}

private struct AddToCounter: JobCall {
    static let name = "counter.add"
    var amount: Int
    func run(on receiver: Counter, in context: JobContext) async -> Int { await receiver.add(amount) }
}

private enum Reports: JobReceiver {
    static var jobs: [JobDefinition<Reports>] { [JobDefinition(static: Silent.self)] }
}

private struct Add: Job {
    static let name = "test.add"
    static let aliases = ["test.plus"]
    var one: Int
    var other: Int
    func run(in context: JobContext) -> Int { one + other }
}

private struct Plus: Job {
    static let name = "test.plus"
    func run(in context: JobContext) {}
}

private struct Silent: Job {
    static let name = "test.silent"
    func run(in context: JobContext) {}
}

private struct Failing: Job {
    static let name = "test.failing"
    func run(in context: JobContext) throws { throw CancellationError() }
}

private struct Surroundings: Job {
    struct Found: Codable {
        var attempt: Int?
        var job: String?
    }
    static let name = "test.surroundings"
    func run(in context: JobContext) async -> Found {
        Found(attempt: JobContext.current?.attempt, job: Logger.current[metadataKey: "job.id"].map { "\($0)" })
    }
}

private struct BadName: Job {
    static let name = "a\nb"
    func run(in context: JobContext) {}
}

private struct BadQueue: Job {
    static let name = "test.queue"
    static let options = JobOptions(queue: "Not A Queue")
    func run(in context: JobContext) {}
}
