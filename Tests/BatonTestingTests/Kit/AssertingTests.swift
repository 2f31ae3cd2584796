import Baton
import Foundation
import Testing

@testable import BatonTesting

@Suite("Kit: assertions on enqueued jobs")
struct AssertingTests {
    private let kit: JobTestKit

    init() throws {
        kit = try JobTestKit(clock: TestClock(date: Date(timeIntervalSince1970: 1_790_000_000))) {
            Greet.self
            Script()
        }
    }

    @Test("A call is found by all of its arguments, and its job handed back")
    func byCall() async throws {
        let stored = try await kit.jobs.enqueue(Greet(address: "ada@example.org"))
        let job = try kit.assertEnqueued(Greet(address: "ada@example.org"))
        #expect(job.id == stored.id)
        #expect(job.state == .enqueued)
        #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(Greet(address: "bob@example.org")) }
        #expect(throws: JobAssertionError.self) {
            try kit.assertEnqueued(Greet(address: "ada@example.org", locale: "fr"))
        }
        try kit.refuteEnqueued(Greet(address: "bob@example.org"))
        #expect(throws: JobAssertionError.self) { try kit.refuteEnqueued(Greet(address: "ada@example.org")) }
    }

    @Test("The queue counts when it is named")
    func byQueue() async throws {
        try await kit.jobs.enqueue(Greet(address: "ada"))
        try kit.assertEnqueued(Greet(address: "ada"), queue: "mail")
        #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(Greet(address: "ada"), queue: "default") }
        try kit.refuteEnqueued(Greet(address: "ada"), queue: "default")
        #expect(throws: JobAssertionError.self) { try kit.refuteEnqueued(Greet(address: "ada"), queue: "mail") }
    }

    @Test("The due time counts when it is given, give or take the tolerance")
    func byDueTime() async throws {
        let call = Greet(address: "ada")
        try await kit.jobs.schedule(call, in: .seconds(3600))
        let job = try kit.assertEnqueued(call)
        #expect(job.state == .scheduled)
        try kit.assertEnqueued(call, in: .seconds(3600))
        try kit.assertEnqueued(call, at: kit.clock.date.addingTimeInterval(3599.5))
        #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(call, in: .seconds(3598)) }
        #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(call, in: .seconds(3602)) }
        try kit.assertEnqueued(call, in: .seconds(3000), within: .seconds(601))
        try kit.refuteEnqueued(call, in: .seconds(60))
        kit.clock.advance(by: .seconds(600))
        try kit.assertEnqueued(call, in: .seconds(3000))
    }

    @Test("A job that is to run at once is not due at some time")
    func atOnceIsNoDueTime() async throws {
        try await kit.jobs.enqueue(Greet(address: "ada"))
        let error = try #require(throws: JobAssertionError.self) {
            try kit.assertEnqueued(Greet(address: "ada"), in: .zero)
        }
        #expect(error.message.contains("it is to run at once, not at 2026-09-21T14:13:20.000Z"))
    }

    @Test("A number of jobs is that number")
    func times() async throws {
        try await kit.jobs.enqueue(contentsOf: ["a", "b", "a"].map { Greet(address: $0) })
        #expect(try kit.assertEnqueued(Greet(address: "a"), times: 2).map(\.state) == [.enqueued, .enqueued])
        #expect(try kit.assertEnqueued(Greet(address: "c"), times: 0).isEmpty)
        #expect(try kit.assertEnqueued(named: Greet.name, times: 3, queue: "mail").count == 3)
        for count in [0, 1, 3] {
            let error = try #require(throws: JobAssertionError.self) {
                try kit.assertEnqueued(Greet(address: "a"), times: count)
            }
            #expect(error.code == .wrongCount)
            #expect(error.message.contains("There are 2."))
        }
    }

    @Test("A name is found by some of the arguments")
    func byName() async throws {
        let date = Date(timeIntervalSince1970: 1_790_000_000)
        try await kit.jobs.enqueue(Greet(address: "ada", at: date, style: .init()))
        try kit.assertEnqueued(named: "kit.greet")
        try kit.assertEnqueued(named: "kit.greet", arguments: ["locale": "en", "address": "ada"])
        try kit.assertEnqueued(named: "kit.greet", arguments: ["at": date], queue: "mail")
        try kit.assertEnqueued(named: "kit.greet", arguments: ["style": ["isFormal": false]])
        try kit.assertEnqueued(named: "kit.greet", arguments: ["style": ["colours": ["red"]]])
        let wrongs: [[String: any Encodable]] = [
            ["address": "bob"], ["locale": 1], ["style": ["isFormal": true]], ["style": ["colours": [String]()]],
        ]
        for wrong in wrongs {
            #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(named: "kit.greet", arguments: wrong) }
            try kit.refuteEnqueued(named: "kit.greet", arguments: wrong)
        }
        #expect(throws: JobAssertionError.self) { try kit.assertEnqueued(named: "kit.greets") }
        try kit.refuteEnqueued(named: "kit.greet", arguments: ["surname": "lovelace"])
    }

    @Test("That nothing waits under a name which nobody knows is an error, for it would never fail")
    func misspeltName() async throws {
        let error = try #require(throws: JobTestKitError.self) { try kit.refuteEnqueued(named: "kit.greets") }
        #expect(error.code == .unknownJob)
        #expect(error.message.contains("This kit knows: kit.greet, script."))
        #expect("\(error)".hasSuffix("(JobTestKit seed \(kit.seed))"))
        try await kit.jobs.enqueue(Halve(number: 1))
        let halve = Halve.name
        #expect(throws: JobAssertionError.self) { try kit.refuteEnqueued(named: halve) }
    }

    @Test("Each kit has ids of its own, unless it is given another's seed")
    func seeds() async throws {
        let other = try JobTestKit { Greet.self }
        let same = try JobTestKit(clock: TestClock(date: kit.clock.date), seed: kit.seed) { Greet.self }
        var ids: [JobID] = []
        for kit in [kit, other, same] { ids.append(try await kit.jobs.enqueue(Greet(address: "ada")).id) }
        #expect(ids[0] != ids[1])
        #expect(ids[0] == ids[2])
    }

    @Test("The message says where, what was expected, and what there is, nearest first")
    func message() async throws {
        try await kit.jobs.enqueue(Script.Call(text: "hello"))
        try await kit.jobs.enqueue(Greet(address: "bob", locale: "fr"))
        try await kit.jobs.schedule(Greet(address: "ada"), in: .seconds(90))
        // Outside of a macro, which would give a line of its own.
        func fail() throws { try kit.assertEnqueued(Greet(address: "ada"), queue: "post", in: .seconds(60)) }
        let line = #line - 1
        let error = try #require(throws: JobAssertionError.self, performing: fail)
        #expect(error.code == .notEnqueued)
        #expect(
            "\(error)" == """
                BatonTestingTests/AssertingTests.swift:\(line): Expected to find enqueued:
                    kit.greet {"address":"ada","locale":"en"} in “post”, due at 2026-09-21T14:14:20.000Z
                The jobs there are, nearest first:
                    kit.greet {"address":"ada","locale":"en"} in “mail”, scheduled for 2026-09-21T14:14:50.000Z
                        its queue is “mail”, not “post”; it is due 30.0 s too late
                    kit.greet {"address":"bob","locale":"fr"} in “mail”, enqueued
                        “address” is "bob", not "ada"; “locale” is "fr", not "en"; its queue is “mail”, not “post”; \
                it is to run at once, not at 2026-09-21T14:14:20.000Z
                    script {"text":"hello"} in “default”, enqueued
                        it is another job; its queue is “default”, not “post”; \
                it is to run at once, not at 2026-09-21T14:14:20.000Z
                (JobTestKit seed \(kit.seed))
                """
        )
        #expect(error.jobs.map(\.name) == ["kit.greet", "kit.greet", "script"])
    }

    @Test("Of many jobs the nearest are listed, and none is no secret")
    func longAndEmptyMessages() async throws {
        let empty = try #require(throws: JobAssertionError.self) { try kit.assertEnqueued(named: "script") }
        #expect(empty.message.hasSuffix("There are no jobs at all."))
        try await kit.jobs.enqueue(contentsOf: (0..<12).map { Script.Call(text: "\($0)") })
        let error = try #require(throws: JobAssertionError.self) { try kit.assertEnqueued(Script.Call(text: "12")) }
        #expect(error.message.hasSuffix("… and 2 more"))
    }

    @Test("What has run is not enqueued any more, and told of")
    func endedJobs() async throws {
        try await kit.jobs.enqueue(Script.Call(text: "once"))
        #expect(kit.enqueuedJobs.count == 1)
        try await kit.drain()
        #expect(kit.enqueuedJobs.isEmpty)
        try kit.refuteEnqueued(Script.Call(text: "once"))
        let error = try #require(throws: JobAssertionError.self) { try kit.assertEnqueued(Script.Call(text: "once")) }
        #expect(error.message.contains("succeeded\n        it does not wait to be run"))
    }

    @Test("Calls are read back by their type")
    func calls() async throws {
        try await kit.jobs.enqueue(contentsOf: ["a", "b"].map { Greet(address: $0) })
        try await kit.jobs.schedule(Greet(address: "c"), in: .seconds(1))
        try await kit.jobs.enqueue(Script.Call(text: "d"))
        #expect(try kit.enqueuedCalls(of: Greet.self).map(\.address) == ["a", "b", "c"])
    }

    @Test("A call that cannot be stored cannot be expected either")
    func unstorableCall() {
        #expect(throws: JobError.self) { try kit.assertEnqueued(Halve(number: .infinity)) }
    }

    @Test("Waiting ends with the job: there already, enqueued later or scheduled", .timeLimit(.minutes(15)))
    func waiting() async throws {
        async let enqueued = kit.waitUntilEnqueued(Greet(address: "ada"), queue: "mail")
        async let scheduled = kit.waitUntilEnqueued(named: "kit.greet", arguments: ["address": "bob"])
        while kit.changes.waiterCount < 2 { await Task.yield() }
        try await kit.jobs.enqueue(Script.Call(text: "another"))
        try await kit.jobs.enqueue(Greet(address: "ada"))
        try await kit.jobs.schedule(Greet(address: "bob"), in: .seconds(60))
        #expect(try await enqueued.state == .enqueued)
        #expect(try await scheduled.state == .scheduled)
        try await kit.waitUntilEnqueued(Greet(address: "ada"))
    }

    @Test("A wait that is cancelled says what it waited for")
    func cancelledWait() async throws {
        let error = await withTaskGroup(of: JobAssertionError?.self) { group in
            group.addTask { [kit] in
                do {
                    try await kit.waitUntilEnqueued(Greet(address: "ada"))
                    return nil
                } catch {
                    return error as? JobAssertionError
                }
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error?.message.contains(#"kit.greet {"address":"ada","locale":"en"}"#) == true)
    }
}
