import Baton
import Foundation
import Locking
import Testing

@testable import BatonBench

@Suite("Latency")
struct LatencyTests {
    private let id = JobID(UUID())

    @Test("Times count from when a job was due, and not from the call")
    func due() throws {
        let recorder = LatencyRecorder()
        let now = MonotonicClock.now
        recorder.start(id, dueAt: now - 5_000_000_000, calledAt: now - 2_000_000_000)
        recorder.finish([id])
        #expect(try #require(recorder.starts).p50 >= 4_990)
        #expect(try #require(recorder.finishes).p50 >= 4_990)
        let calls = try #require(recorder.calls)
        #expect(calls.p50 > 2_990 && calls.p50 < 3_010)
        let sinceCall = try #require(recorder.startsSinceCall)
        #expect(sinceCall.p50 >= 1_990)
        let between = try #require(recorder.starts).p50 - sinceCall.p50
        #expect((2_500...3_500).contains(between), "the call came three seconds after the job was due")
    }

    @Test("An end counts once, and only of a job that was started since the last reset")
    func finishes() {
        let recorder = LatencyRecorder()
        #expect(recorder.starts == nil)
        recorder.finish([id])
        #expect(recorder.finishes == nil)
        recorder.start(id, dueAt: MonotonicClock.now, calledAt: MonotonicClock.now)
        recorder.reset()
        recorder.finish([id])
        #expect(recorder.starts == nil)
        #expect(recorder.finishes == nil)
    }

    @Test("Calls that do not return hold no later call up")
    func openLoop() async throws {
        let count = 20
        let started = TargetCounter(expecting: count)
        let dueTimes = DueTimes()
        try await Schedule(rate: 2_000, count: count).run { due in
            await dueTimes.add(due)
            started.add(1)
            // Returns only once every call has been made.
            _ = try await started.reached.wait()
        }
        let sorted = await dueTimes.times.sorted()
        #expect(sorted.count == count)
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 == 500_000 }, "on the schedule, whenever called")
    }

    @Test("An error of a call ends the schedule")
    func error() async {
        await #expect(throws: BenchError.self) {
            try await Schedule(rate: 1_000, count: 1_000_000).run { _ in throw BenchError(.failure, "no") }
        }
    }

    @Test("A job carries about as much as real ones")
    func arguments() throws {
        let size = try JSONEncoder().encode(NoOp()).count
        #expect((150...300).contains(size))
    }
}

private actor DueTimes {
    var times: [UInt64] = []

    func add(_ time: UInt64) {
        times.append(time)
    }
}
