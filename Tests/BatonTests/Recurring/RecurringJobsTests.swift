import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Recurring entries as a program sees them, with servers on the test's clock.
@Suite struct RecurringJobsTests {
    private let world = World()

    private var recurring: RecurringJobs { world.client.recurring }
    private let call = Script.Call(text: "a")

    private func fired(_ id: String) async -> [RecurringOccurrence] {
        ((try? await recurring.history(of: id, limit: 1_000)) ?? []).filter { $0.outcome == .fired }
    }

    /// Lets time pass until something holds: nobody can tell when a scheduler has gone to sleep.
    private func pass(
        until what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ holds: () async -> Bool
    ) async throws {
        try await eventually(what, sourceLocation: sourceLocation) {
            if await holds() { return true }
            try? await world.advance(by: .seconds(1))
            return false
        }
    }

    @Test func eachOccurrenceMakesOneJobHoweverManyServersRun() async throws {
        let ran = Shared(0)
        let script = Script { text, _ in
            ran.change { $0 += 1 }
            return text
        }
        try await world.run(world.server(script), world.server(script), world.server(script)) {
            try await eventually("the servers are there") { world.storage.read { $0.servers.count } == 3 }
            let start = world.clock.date
            let entry = try await recurring.set("tick", .every(.seconds(10)), call)
            #expect(entry.nextAt == start.addingTimeInterval(10))
            try await pass(until: "five have run") { ran.value >= 5 }
            try await recurring.pause("tick")
            let history = await fired("tick")
            #expect(
                history.map(\.at) == (1...history.count).reversed().map { start.addingTimeInterval(10 * Double($0)) }
            )
            #expect(Set(history.compactMap(\.jobID)).count == history.count)
            #expect(try await recurring.entry("tick")?.lastJobID == history.first?.jobID)
            #expect(world.storage.read { $0.rows.count } == history.count)
            try await eventually("each has run") { ran.value == history.count }
        }
    }

    @Test func settingTheSameAgainKeepsTheNextOccurrence() async throws {
        let first = try await recurring.set("digest", .cron("0 9 * * MON-FRI", in: "Europe/Paris"), call)
        world.clock.jump(by: .seconds(5))
        #expect(try await recurring.set("digest", .cron("0 9 * * MON-FRI", in: "Europe/Paris"), call) == first)
        let every = try await recurring.set("every", .every(.seconds(60)), call)
        world.clock.jump(by: .seconds(5))
        #expect(try await recurring.set("every", .every(.seconds(60)), call) == every)
        let moved = try await recurring.set("every", .every(.seconds(90)), call)
        #expect(moved.nextAt == world.clock.date(at: world.clock.now.advanced(by: .seconds(90))))
        #expect(try await recurring.list().map(\.id) == ["digest", "every"])
    }

    @Test func whatCannotBeIsAClearErrorToTheCaller() async throws {
        func code(_ body: () async throws -> Void) async -> RecurringError.Code? {
            do {
                try await body()
                return nil
            } catch {
                return (error as? RecurringError)?.code
            }
        }
        #expect(await code { try await recurring.set("a", .cron("0 25 * * *"), call) } == .invalidSchedule)
        #expect(await code { try await recurring.set("a", .cron("0 9 * * *", in: "Mars"), call) } == .unknownTimeZone)
        #expect(await code { try await recurring.set("a", .every(.milliseconds(10)), call) } == .invalidSchedule)
        #expect(await code { try await recurring.set("", .every(.seconds(10)), call) } == .invalidID)
        let policy = RecurringPolicy(misfire: .fireEach(atMost: 0))
        #expect(
            await code { try await recurring.set("a", .every(.seconds(9)), call, policy: policy) } == .invalidPolicy
        )
        #expect(try await recurring.list() == [])
    }

    @Test func aTriggerMakesAJobAndLeavesTheSchedule() async throws {
        try await world.run(world.server(Script())) {
            let entry = try await recurring.set("daily", .cron("@daily"), call)
            try await recurring.pause("daily")
            let job = try #require(try await recurring.trigger("daily"))
            try await world.reach(.succeeded, job.id)
            #expect(try await recurring.trigger("none") == nil)
            try await recurring.resume("daily")
            #expect(try await recurring.entry("daily")?.nextAt == entry.nextAt)
            #expect(try await recurring.history(of: "daily").map(\.outcome) == [.triggered])
            #expect(try await job.history().first?.reason == "Recurring entry “daily”, triggered.")
        }
    }

    @Test func aPausedEntryMakesNoJobsAndDoesNotMakeUpForThem() async throws {
        try await world.run(world.server(Script())) {
            try await recurring.set("tick", .every(.seconds(10)), call, policy: .init(misfire: .fireEach))
            #expect(try await recurring.pause("tick"))
            #expect(try await recurring.entry("tick")?.nextAt == nil)
            try await world.advance(by: .seconds(60))
            #expect(await fired("tick").isEmpty)
            #expect(try await recurring.resume("tick"))
            let next = try await recurring.entry("tick")?.nextAt
            try await pass(until: "it has made one") { await !fired("tick").isEmpty }
            #expect(await fired("tick").last?.at == next)
            #expect(try await recurring.remove("tick"))
            #expect(try await !recurring.remove("tick"))
        }
    }

    @Test func anEntryThatCannotBeReadIsDisabledAndStopsNoOther() async throws {
        try await world.run(world.server(Script())) {
            try await recurring.set("good", .every(.seconds(10)), call)
            try await recurring.set("bad", .every(.seconds(10)), call)
            world.storage.change { tables in
                tables.recurring.records["bad"]?.definition.schedule.text = "every now and then"
            }
            try await pass(until: "the good one goes on") { await fired("good").count >= 2 }
            try await pass(until: "the bad one is disabled") {
                world.storage.read { $0.recurring.records["bad"]?.error } != nil
            }
            let bad = try #require(try await recurring.entry("bad"))
            #expect(bad.error?.contains("every now and then") == true && bad.nextAt == nil)
            #expect(await fired("bad").isEmpty)
            #expect(try await recurring.set("bad", .every(.seconds(10)), call).error == nil)
            try await pass(until: "it goes on when it is set") { await !fired("bad").isEmpty }
        }
    }

    /// Somebody's open transaction holds its row, say.
    @Test func anEntryThatCannotBeDisabledAtTheMomentIsTriedAgainAndStopsNoOther() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("the server is there") { world.storage.read { $0.servers.count } == 1 }
            try await recurring.set("bad", .every(.seconds(10)), call)
            try await recurring.set("good", .every(.seconds(10)), call)
            for _ in 0..<40 { world.storage.fail(.recurring(.disable), .unavailable) }
            world.storage.change { tables in
                tables.recurring.records["bad"]?.definition.schedule.text = "every now and then"
            }
            try await pass(until: "the good one goes on") { await fired("good").count >= 2 }
            #expect(world.storage.read { $0.recurring.records["bad"]?.error } == nil)
            try await pass(until: "the bad one is disabled") {
                world.storage.read { $0.recurring.records["bad"]?.error } != nil
            }
        }
    }

    @Test func anEntryThatStorageRefusesIsDisabledAndStopsNoOther() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("the server is there") { world.storage.read { $0.servers.count } == 1 }
            try await recurring.set("bad", .every(.seconds(10)), call)
            try await recurring.set("good", .every(.seconds(10)), call)
            // Both at once, then the first by itself.
            world.storage.fail(.recurring(.advance), .refused, .refused)
            try await pass(until: "the good one goes on") { await fired("good").count >= 2 }
            #expect(try await recurring.entry("bad")?.error == "Refused, says the test.")
            #expect(try await recurring.entry("good")?.error == nil)
            #expect(await fired("bad").isEmpty)
            try await recurring.set("bad", .every(.seconds(10)), call)
            try await pass(until: "it goes on when it is set") { await !fired("bad").isEmpty }
        }
    }

    /// An account that lost a right for a moment, say, must not cost every entry.
    @Test func whereStorageTakesNoneOfSeveralNoneIsDisabled() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("the server is there") { world.storage.read { $0.servers.count } == 1 }
            try await recurring.set("one", .every(.seconds(10)), call)
            try await recurring.set("other", .every(.seconds(10)), call)
            world.storage.fail(.recurring(.advance), .refused, .refused, .refused)
            try await pass(until: "both go on") {
                let (one, other) = (await fired("one"), await fired("other"))
                return !one.isEmpty && !other.isEmpty
            }
            #expect(try await recurring.list().map(\.error) == [nil, nil])
        }
    }

    /// A server of another version, or with other zone data, may know what this one does not.
    @Test(arguments: [true, false])
    func anEntryThatOthersMayReadIsLeftToThem(ofZone: Bool) async throws {
        try await world.run(world.server(Script())) {
            try await recurring.set("good", .every(.seconds(10)), call)
            let entry = try await recurring.set("foreign", .cron("*/10 * * * * *"), call)
            let definition = try #require(world.storage.read { $0.recurring.records["foreign"]?.definition })
            world.storage.change { tables in
                if ofZone {
                    tables.recurring.records["foreign"]?.definition.schedule.zone = "Mars/Olympus"
                } else {
                    tables.recurring.records["foreign"]?.definition.overlap = "of a later version"
                }
            }
            let looks = world.storage.calls(.recurring(.due))
            let start = world.clock.date
            try await pass(until: "the good one goes on") { await fired("good").count >= 3 }
            let seconds = world.clock.date.timeIntervalSince(start)
            // One a second, and one more for each job of the good one.
            let most = 2 * Int(seconds) + 2 * (await fired("good").count) + 10
            #expect(world.storage.calls(.recurring(.due)) - looks <= most, "it is not looked at all the time")
            let record = try #require(world.storage.read { $0.recurring.records["foreign"] })
            #expect(record.error == nil && record.nextAt == entry.nextAt, "it is as it was")
            #expect(await fired("foreign").isEmpty)
            #expect(try await recurring.entry("foreign")?.error != nil, "who looks is told")
            world.storage.change { $0.recurring.records["foreign"]?.definition = definition }
            try await pass(until: "who can read it goes on") { await !fired("foreign").isEmpty }
        }
    }

    @Test func retriesOfAnEntryComeWithItsJobs() async throws {
        let retry = RetryOptions(delays: .fixed([.seconds(7)]), whenExhausted: .delete)
        let options = JobOptions(maximumAttempts: 2, retry: retry)
        let script = Script { _, _ in throw Misfortune() }
        try await world.run(world.server(script)) {
            try await recurring.set("tick", .every(.seconds(10)), call, options: options)
            try await recurring.pause("tick")
            let job = try #require(try await recurring.trigger("tick"))
            try await world.reach(.scheduled, job.id)
            let snapshot = try #require(try await world.client.storage.job(job.id))
            #expect(try #require(snapshot.scheduledAt).timeIntervalSince(snapshot.stateAt) == 7)
            try await pass(until: "its attempts are used up") { world.storage.row(job.id)?.state == .deleted }
        }
    }

    @Test func aSetIsTriedAgainWhileStorageIsAway() async throws {
        world.storage.fail(.recurring(.set), .unavailable, .lostAfterCommit)
        async let entry = recurring.set("tick", .every(.seconds(10)), call)
        try await eventually("it is tried a third time") {
            try? await world.advance(by: .milliseconds(100))
            return world.storage.calls(.recurring(.set)) >= 3
        }
        #expect(try await entry.id == "tick")
    }

    @Test func anEntryThatIsSetWhileItIsResumedGoesOnByItsNewSchedule() async throws {
        try await recurring.set("tick", .every(.seconds(10)), call)
        try await recurring.pause("tick")
        let gate = world.storage.holdAnswer(.recurring(.record))
        async let isResumed = recurring.resume("tick")
        try await eventually("it has been read") { gate.arrivals == 1 }
        let set = try await recurring.set("tick", .every(.seconds(90)), call)
        #expect(set.schedule == .every(.seconds(90)))
        gate.open()
        #expect(try await isResumed)
        let next = try #require(try await recurring.entry("tick")?.nextAt)
        #expect(next == world.clock.date.addingTimeInterval(90))
    }

    @Test func oneOccurrenceWaitsWhileTheJobBeforeRuns() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(world.server(script)) {
            try await recurring.set("long", .every(.seconds(10)), call, policy: .init(overlap: .queueOne))
            try await pass(until: "five were due") { ((try? await recurring.history(of: "long")) ?? []).count >= 5 }
            let outcomes = try await recurring.history(of: "long").map(\.outcome)
            #expect(outcomes.suffix(2) == [.held, .fired])
            #expect(outcomes.dropLast(2).allSatisfy { $0 == .skipped })
            gate.open()
            try await pass(until: "the one that waits is made when the first has ended") {
                await fired("long").count >= 2
            }
        }
    }

    @Test func aLostAnswerMakesNoSecondJob() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("the server is there") { world.storage.read { $0.servers.count } == 1 }
            try await recurring.set("tick", .every(.seconds(10)), call)
            world.storage.fail(.recurring(.advance), .lostAfterCommit, .lostBeforeCommit)
            try await pass(until: "four occurrences were due") { await fired("tick").count >= 4 }
            try await recurring.pause("tick")
            let history = await fired("tick")
            try await pass(until: "each has run") {
                world.storage.read { tables in
                    tables.rows.values.count { $0.state == .succeeded } == history.count
                }
            }
            #expect(world.storage.read { $0.rows.count } == history.count)
        }
    }
}
