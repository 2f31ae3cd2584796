import Dispatch
import Testing

@testable import Baton

extension GroupCommitTests {
    /// How calls are carried.
    enum Way: CaseIterable {
        case largeCall, freeWay, alone, together, oneByOne
    }

    @Test(arguments: Way.allCases)
    func somethingFollowsWhateverIsCarried(_ way: Way) async throws {
        let log = Shared<[String]>([])
        let gate = Gate()
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            log.change { $0.append("carried \(elements.count)") }
            if way == .oneByOne, elements.count > 1 { throw Fault() }
        }
        let commit = GroupCommit<Int, String, Fault>(
            maximumBatch: way == .alone ? 1 : 400,
            isSharedFault: \.isShared,
            perform: { elements throws(Fault) in try await carrier.carry(elements) },
            followUp: { log.change { $0.append("followed up") } }
        )
        let calls: [[Int]] =
            switch way {
            case .largeCall: [Array(1...100)]
            case .freeWay: [[1]]
            case .alone: [[1], [2]]
            case .together, .oneByOne: [[1], [2], [3]]
            }
        let tasks = try await start(calls, on: commit, after: gate)
        gate.open()
        for (call, task) in zip(calls, tasks) { #expect(try await result(of: task) == call.map { "#\($0)" }) }
        let first = ["carried \(calls[0].count)", "followed up"]
        let expected =
            switch way {
            case .largeCall, .freeWay: first
            case .alone: first + ["carried 1", "followed up"]
            case .together: first + ["carried 2", "followed up"]
            // Each of those that were refused together: the last of them may take its time.
            case .oneByOne:
                first + ["carried 2"] + ["carried 1", "followed up", "carried 1", "followed up"] + ["followed up"]
            }
        try await eventually("something follows") { log.value == expected }
    }

    @Test func callersGoOnBeforeWhatFollowsTheirBatch() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate)
        let (begun, mayEnd) = (Shared(0), DispatchSemaphore(value: 0))
        let commit = GroupCommit<Int, String, Fault>(
            maximumBatch: 100,
            executor: OneThread(),
            isSharedFault: \.isShared,
            perform: { elements throws(Fault) in try await carrier.carry(elements) },
            followUp: {
                begun.change { $0 += 1 }
                if begun.value == 2 { mayEnd.wait() }
            }
        )
        let tasks = try await start([[1], [2], [3]], on: commit, after: gate)
        defer { mayEnd.signal() }
        gate.open()
        for (index, task) in tasks.enumerated() { #expect(try await result(of: task) == ["#\(index + 1)"]) }
        try await eventually("the batch's is under way") { begun.value == 2 }
    }
}
