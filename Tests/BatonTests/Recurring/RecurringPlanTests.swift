import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which occurrences are decided at a date, and when the next is.
@Suite struct RecurringPlanTests {
    private static func record(
        _ schedule: RecurringSchedule,
        next: Double?,
        misfire: MisfirePolicy = .fireOnce,
        jitter: Duration = .zero,
        id: String = "entry",
        held: Double? = nil
    ) -> RecurringRecord {
        RecurringRecord(
            definition: RecurringDefinition(
                id: id,
                name: "script",
                queue: "default",
                arguments: .emptyObject,
                maximumAttempts: 10,
                schedule: schedule,
                policy: RecurringPolicy(misfire: misfire, jitter: jitter)
            ),
            revision: 1,
            nextAt: next.map(Sample.date),
            heldAt: held.map(Sample.date)
        )
    }

    /// Seconds of the manual clock.
    private static func seconds(_ date: Date) -> Double {
        date.timeIntervalSince(Sample.date(0))
    }

    private static func plan(_ record: RecurringRecord, at now: Double) throws -> (due: [Double], next: Double) {
        let plan = try RecurringPlan(record, at: Sample.date(now))
        return (plan.occurrences.map { seconds($0.at) }, seconds(plan.nextAt))
    }

    @Test func whatIsDueIsDecidedAndTheNextIsWorkedOut() throws {
        let plan = try Self.plan(Self.record(.every(.seconds(60)), next: 100), at: 101)
        #expect(plan.due == [100])
        #expect(plan.next == 160)
    }

    @Test func anEntryThatWasNeverWorkedOutIsDueNextTimeOnly() throws {
        let plan = try Self.plan(Self.record(.every(.seconds(60)), next: nil), at: 100)
        #expect(plan.due == [])
        #expect(plan.next == 160)
    }

    @Test func whatIsALittleLateIsNotMissed() throws {
        let record = Self.record(.every(.seconds(1)), next: 100, misfire: .skip)
        #expect(try Self.plan(record, at: 104.5).due == [100, 101, 102, 103, 104])
    }

    private static let missed: [(MisfirePolicy, [Double])] = [
        (.fireOnce, [3_580]), (.skip, []), (.fireEach(atMost: 3), [3_460, 3_520, 3_580]),
    ]

    @Test(arguments: missed)
    func whatWasMissedFollowsThePolicy(_ policy: MisfirePolicy, _ due: [Double]) throws {
        let plan = try Self.plan(Self.record(.every(.seconds(60)), next: 100, misfire: policy), at: 3_620)
        #expect(plan.due == due)
        #expect(plan.next == 3_640)
    }

    @Test func oneThatIsPunctualStandsForThoseThatWereMissed() throws {
        let plan = try Self.plan(Self.record(.every(.seconds(60)), next: 100), at: 3_581)
        #expect(plan.due == [3_580])
    }

    /// A year of seconds is not gone through one by one.
    @Test(.timeLimit(.minutes(1))) func ofMillionsTheLatestAreFound() throws {
        let year = 366.0 * 86_400
        let record = Self.record(.cron("* * * * * *"), next: 0, misfire: .fireEach(atMost: 100))
        let plan = try Self.plan(record, at: year)
        #expect(plan.due.count == 115)
        #expect(plan.due.first == year - 114)
        #expect(plan.next == year + 1)
    }

    @Test func seldomOccurrencesThatWereMissedAreAllFound() throws {
        let record = Self.record(.cron("0 0 1 1 *"), next: nil)
        let first = try #require(Timetable(record.definition.schedule).next(after: Sample.date(0), knowing: nil))
        let missed = Self.record(
            .cron("0 0 1 1 *"),
            next: Self.seconds(first),
            misfire: .fireEach
        )
        let years = 5.5 * 365.25 * 86_400
        #expect(try Self.plan(missed, at: Self.seconds(first) + years).due.count == 6)
    }

    @Test func anOccurrenceThatWaitsComesFirst() throws {
        let plan = try Self.plan(Self.record(.every(.seconds(60)), next: 100, held: 40), at: 101)
        #expect(plan.due == [40, 100])
        let early = try Self.plan(Self.record(.every(.seconds(60)), next: 100, held: 40), at: 50)
        #expect(early.due == [40])
        #expect(early.next == 100)
    }

    /// Nothing in storage keeps the two apart, and a statement that holds a date twice is refused.
    @Test func anOccurrenceThatWaitsStandsForThoseUpToIt() throws {
        let same = try Self.plan(Self.record(.every(.seconds(60)), next: 100, held: 100), at: 101)
        #expect(same.due == [100])
        #expect(same.next == 160)
        let later = try Self.plan(Self.record(.every(.seconds(1)), next: 100, misfire: .fireEach, held: 102), at: 104)
        #expect(later.due == [102, 103, 104])
        #expect(later.next == 105)
    }

    @Test func everybodyPutsAJobOffByTheSame() throws {
        let one = Self.record(.every(.seconds(60)), next: 100, jitter: .seconds(30))
        let start = try RecurringPlan(one, at: Sample.date(101)).occurrences[0].startAt
        #expect(try RecurringPlan(one, at: Sample.date(130)).occurrences[0].startAt == start)
        let delays = try (0..<200).map { number in
            let record = Self.record(.every(.seconds(60)), next: 100, jitter: .seconds(30), id: "entry \(number)")
            return Self.seconds(try RecurringPlan(record, at: Sample.date(101)).occurrences[0].startAt) - 100
        }
        #expect(delays.allSatisfy { (0...30).contains($0) })
        #expect(delays.contains { $0 < 10 } && delays.contains { $0 > 20 })
    }

    @Test func whatCannotBeReadIsAnError() {
        var record = Self.record(.cron("61 * * * *"), next: 0)
        #expect(throws: RecurringError.self) { try RecurringPlan(record, at: Sample.date(0)) }
        record.definition.schedule = .cron("* * * * *", in: "Europe/Atlantis")
        #expect { try RecurringPlan(record, at: Sample.date(0)) } throws: { error in
            (error as? RecurringError)?.code == .unknownTimeZone
        }
        record.definition.schedule = .every(.seconds(60))
        record.definition.misfire = "of a later version"
        #expect { try RecurringPlan(record, at: Sample.date(0)) } throws: { error in
            (error as? RecurringError)?.code == .invalidPolicy
        }
    }

    private static let lengths: [(String, Double)] = [
        ("@every 90s", 90), ("@every 1h30m", 5_400), ("@every 1500ms", 1.5), ("@every 2d", 172_800),
        ("@every 365000d", 365_000 * 86_400),
    ]

    @Test(arguments: lengths)
    func lengthsOfTimeAreRead(_ text: String, _ seconds: Double) throws {
        let timetable = try Timetable(RecurringSchedule(text))
        let next = try #require(timetable.next(after: Sample.date(10), knowing: Sample.date(10)))
        #expect(Self.seconds(next) == 10 + seconds)
    }

    @Test func whatNobodyCanReadIsToldFromWhatOthersMay() {
        var zone = Self.record(.cron("* * * * *", in: "Europe/Atlantis"), next: 0, id: "zone")
        zone.revision = 7
        var policy = Self.record(.every(.seconds(60)), next: 0, id: "policy")
        policy.definition.overlap = "of a later version"
        let broken = Self.record(.cron("61 * * * *"), next: 0, id: "broken")
        let good = Self.record(.every(.seconds(60)), next: 0, id: "good")
        let due = RecurringDue(records: [zone, broken, policy, good], now: Sample.date(1), nextDue: .zero)
        let pass = RecurringPass(due, JobEnvironment(clock: ManualClock(), random: SeededRandom(seed: 1)))
        #expect(pass.broken.map(\.id) == ["broken"])
        #expect(pass.foreign.map(\.id) == ["zone", "policy"])
        #expect(pass.foreign.first?.revision == 7)
        #expect(pass.groups.map { $0.map(\.id) } == [["good"]])
    }

    @Test func aMessageHoldsNoMoreThanTheBeginningOfALongText() {
        let long = String(repeating: "x", count: 10_000)
        for schedule in [RecurringSchedule("@every \(long)"), .cron(long), .cron("* * * * *", in: long)] {
            #expect { try Timetable(schedule) } throws: { "\($0)".count < 1_000 }
        }
    }

    @Test(arguments: [
        "@every", "@every ", "@every 5", "@every 10ms", "@every -5s", "@every 1h 5m", "@every 365001d",
        "@every 99999999999999999999d",
    ])
    func otherLengthsAreRefused(_ text: String) {
        #expect(throws: RecurringError.self) { try Timetable(RecurringSchedule(text)) }
    }
}
