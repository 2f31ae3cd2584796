import Baton
import Foundation
import Testing

@testable import BatonBench

@Suite("Outage")
struct OutageTests {
    private struct Refusal: Error {}

    private let recorder = OutageRecorder()

    @Test("Calls count as stored or failed, and jobs that start again as such")
    func counts() async {
        let (one, other) = (JobID(UUID()), JobID(UUID()))
        let due = MonotonicClock.now
        await recorder.note(dueAt: due) { one }
        await recorder.note(dueAt: due) { other }
        await recorder.note(dueAt: due) { throw Refusal() }
        #expect(recorder.stored == [one, other])
        #expect(recorder.failedCount == 1)
        recorder.start(one, dueAt: due)
        recorder.start(other, dueAt: due)
        #expect(recorder.startedTwice == 0)
        recorder.start(one, dueAt: due)
        recorder.start(one, dueAt: due)
        #expect(recorder.startedTwice == 1)
    }

    @Test("Times of an outage are those of the jobs that were due in it")
    func windows() async throws {
        let now = MonotonicClock.now
        let (early, late) = (now - 120_000_000_000, now - 1_000_000_000)
        recorder.start(JobID(UUID()), dueAt: early)
        recorder.start(JobID(UUID()), dueAt: late)
        await recorder.note(dueAt: late) { JobID(UUID()) }
        #expect(try #require(recorder.starts()).max >= 119_000)
        let inside = try #require(recorder.starts(in: [(late - 1)...(late + 1)]))
        #expect(inside.max >= 990 && inside.max < 119_000)
        #expect(recorder.starts(in: []) == nil)
        #expect(recorder.returns(in: [(early - 1)...(early + 1)]) == nil)
        #expect(try #require(recorder.returns()).max >= 990)
    }

    @Test("A server goes away and comes back as often as asked, and a script that fails ends it")
    func script() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "baton-outage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "services").path()
        let lines = "#!/bin/sh\necho \"$*\" >>\"$(dirname \"$0\")/calls\"\n[ \"$1\" != kill ]\n"
        try lines.write(toFile: script, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)

        var windows: [ClosedRange<UInt64>] = []
        try await outage(.pause).run(script) { windows.append($0) }
        #expect(windows.count == 2)
        #expect(windows[0].lowerBound < windows[1].lowerBound)
        let calls = try String(contentsOf: folder.appending(path: "calls"), encoding: .utf8)
        #expect(calls == String(repeating: "pause rabbitmq\nresume rabbitmq\n", count: 2))
        await #expect(throws: BenchError.self) { try await outage(.kill).run(script) { _ in } }
    }

    private func outage(_ manner: Outage.Manner) -> Outage {
        Outage(server: .rabbitmq, manner: manner, times: 2, away: 0.01, apart: 0.01)
    }
}
