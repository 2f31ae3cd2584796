import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct JobEnvironmentTests {
    /// A clock that stands still at a date.
    private struct Standing: JobClock {
        let date: Date
        let now = JobInstant(offset: .zero)

        func sleep(until deadline: JobInstant) async throws {}
    }

    private func bytes(_ uuid: UUID) -> [UInt8] {
        withUnsafeBytes(of: uuid.uuid) { Array($0) }
    }

    private func environment(milliseconds: Int, random: any RandomSource) -> JobEnvironment {
        JobEnvironment(
            clock: Standing(date: Date(timeIntervalSince1970: Double(milliseconds) / 1000)),
            random: random
        )
    }

    @Test(arguments: [UInt64.min, .max, 0x0123_4567_89AB_CDEF])
    func jobIDsBearTheirMillisecondAndTheBitsOfVersion7(bits: UInt64) {
        let milliseconds = 1_790_000_000_123
        let id = environment(milliseconds: milliseconds, random: ConstantRandom(bits: bits)).makeJobID()
        let bytes = bytes(id.uuid)
        let time = bytes[0..<6].reduce(0) { $0 << 8 | Int($1) }
        // The date is a Double of seconds: it may fall a millisecond short.
        #expect((milliseconds - 1...milliseconds).contains(time))
        #expect(bytes[6] >> 4 == 7)
        #expect(bytes[8] >> 6 == 0b10)
    }

    @Test(arguments: Seeds.few)
    func idsOfALaterMillisecondSortLater(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let ids = stride(from: 1_790_000_000_000, to: 1_790_000_000_400, by: 2).map {
            environment(milliseconds: $0, random: random).makeJobID().description
        }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: Seeds.few)
    func idsOfOneCallAscend(seed: UInt64) {
        let environment = environment(milliseconds: 1_790_000_000_000, random: SeededRandom(seed: seed))
        let ids = environment.makeJobIDs(5_000).map(\.description)
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == 5_000)
        #expect(environment.makeJobIDs(0).isEmpty)
    }

    @Test func idsOfOneCallAscendWhateverTheRandomBits() {
        let environment = environment(milliseconds: 1_790_000_000_000, random: ConstantRandom(bits: .max))
        let ids = environment.makeJobIDs(100_000)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0.description < $1.description })
        #expect(bytes(ids[99_999].uuid)[8] >> 6 == 0b10)
    }

    @Test func aDateBeforeTheEpochIsNoCrash() {
        let id = environment(milliseconds: -1, random: ConstantRandom(bits: 0)).makeJobID()
        #expect(bytes(id.uuid)[0..<6].allSatisfy { $0 == 0 })
    }

    @Test(arguments: [UInt64.min, .max, 0x0123_4567_89AB_CDEF])
    func epochsAndSessionsAreVersion4(bits: UInt64) {
        let bytes = bytes(JobEnvironment(random: ConstantRandom(bits: bits)).makeUUID())
        #expect(bytes[6] >> 4 == 4)
        #expect(bytes[8] >> 6 == 0b10)
    }

    @Test func allOtherBitsOfAnEpochAreRandom() {
        let environment = JobEnvironment(random: SeededRandom(seed: 3))
        var (ones, zeros) = ([UInt8](repeating: 0, count: 16), [UInt8](repeating: 0, count: 16))
        for _ in 0..<200 {
            for (index, byte) in bytes(environment.makeUUID()).enumerated() {
                ones[index] |= byte
                zeros[index] |= ~byte
            }
        }
        var fixed = [UInt8](repeating: 0xFF, count: 16)
        (fixed[6], fixed[8]) = (0x0F, 0x3F)
        #expect(zip(ones, zeros).map { $0 & $1 } == fixed)
    }

    @Test func fractionsLieInTheUnitIntervalAndIntegersReachBothEnds() {
        #expect(ConstantRandom(bits: 0).fraction() == 0)
        #expect(ConstantRandom(bits: .max).fraction() < 1)
        let random = SeededRandom(seed: 4)
        #expect(Set((0..<500).map { _ in random.integer(in: 2...6) }) == [2, 3, 4, 5, 6])
        #expect(random.integer(in: 7...7) == 7)
    }

    @Test func theSystemClockWaitsAndGivesWayToCancellation() async throws {
        let clock = SystemClock()
        let start = clock.now
        try await clock.sleep(for: .milliseconds(5))
        #expect(start.duration(to: clock.now) >= .milliseconds(5))
        let sleeper = Task { try await clock.sleep(for: .seconds(3600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func aWaitOfCenturiesIsNoCrash() async throws {
        let clock = SystemClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(Int64.max)) }
        // Long enough for the wait to begin, which is when it would trap.
        try await clock.sleep(for: .milliseconds(20))
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
