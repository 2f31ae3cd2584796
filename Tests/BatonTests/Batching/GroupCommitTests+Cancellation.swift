import Testing

@testable import Baton

extension GroupCommitTests {
    @Test func aCallCancelledInABatchDoesNotCutItShort() async throws {
        let (gate, second) = (Gate(), Gate())
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            if elements.contains(2) { await second.pass() }
            if Task.isCancelled { throw Fault(isShared: true) }
        }
        let tasks = try await start([[1], [2], [3]], on: commit(carrier), after: gate)
        gate.open()
        await second.arrivals(reach: 1)
        tasks[1].cancel()
        second.open()
        #expect(try await tasks[1].value == ["#2"])
        #expect(try await tasks[2].value == ["#3"])
        #expect(carrier.elements == [[1], [2, 3]])
    }

    @Test func aCallCancelledBeforeItIsTheFirstOfABatchDoesNotCutItShort() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate) { _ throws(Fault) in
            if Task.isCancelled { throw Fault(isShared: true) }
        }
        let tasks = try await start([[1], [2], [3]], on: commit(carrier), after: gate)
        tasks[1].cancel()
        gate.open()
        #expect(try await result(of: tasks[1]) == ["#2"])
        #expect(try await result(of: tasks[2]) == ["#3"])
        #expect(carrier.elements == [[1], [2, 3]])
    }

    @Test(arguments: [true, false])
    func aWaitingCallThatIsCarriedAloneIsCancelledAsItsCallerIs(beforeItsTurn: Bool) async throws {
        let (gate, second) = (Gate(), Gate())
        defer { second.open() }
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            // Nobody opens it before the end: only who is cancelled passes.
            if elements == [2] { await second.pass() }
            if Task.isCancelled { throw Fault(isShared: true) }
        }
        let commit = commit(carrier, maximumBatch: 1)
        let tasks = try await start([[1], [2], [3]], on: commit, after: gate)
        if beforeItsTurn { tasks[1].cancel() }
        gate.open()
        try await eventually("it is carried") { second.arrivals == 1 }
        if !beforeItsTurn { tasks[1].cancel() }
        await #expect(throws: Fault(isShared: true)) { try await result(of: tasks[1]) }
        #expect(try await result(of: tasks[0]) == ["#1"])
        #expect(try await result(of: tasks[2]) == ["#3"])
        let fourth = Task { try await commit.submit([4]) }
        #expect(try await result(of: fourth) == ["#4"])
        #expect(carrier.elements == [[1], [2], [3], [4]])
    }

    /// What has not been sent can be refused for certain, and need not wait for its caller to have a thread.
    @Test func aWaitingCallCancelledBeforeItsTurnIsCarriedAsCancelledFromTheStart() async throws {
        let gate = Gate()
        let wasCancelled = Shared<[Bool]>([])
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            guard elements == [2] else { return }
            wasCancelled.change { $0.append(Task.isCancelled) }
            throw Fault(isShared: true)
        }
        let commit = commit(carrier)
        let executor = HeldExecutor()
        defer { executor.release() }
        let (first, held) = try await startBehind(gate, on: commit, callingFrom: executor)
        executor.hold()
        held.cancel()
        gate.open()
        #expect(try await result(of: first) == ["#1"])
        try await eventually("it is carried") { !wasCancelled.value.isEmpty }
        #expect(wasCancelled.value == [true])
        executor.release()
        await #expect(throws: Fault(isShared: true)) { try await result(of: held) }
    }

    @Test func aCallThatIsCarriedAloneIsCancelledAsItsCallerIs() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate) { _ throws(Fault) in
            if Task.isCancelled { throw Fault(isShared: true) }
        }
        let commit = commit(carrier)
        let tasks = try await start([[1], [2]], on: commit, after: gate)
        tasks[0].cancel()
        await #expect(throws: Fault.self) { try await tasks[0].value }
        gate.open()
        #expect(try await tasks[1].value == ["#2"])
    }

    /// While the calls of a refused batch are carried one by one, the cancellation of one is still nobody else's.
    @Test func aCallCancelledDuringTheIsolationFailsNobodyElse() async throws {
        let (gate, alone) = (Gate(), Gate())
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            if elements.count > 1 { throw Fault() }
            if elements == [3] { await alone.pass() }
            if Task.isCancelled { throw Fault(isShared: true) }
        }
        let commit = commit(carrier)
        let tasks = try await start([[1], [2], [3], [4]], on: commit, after: gate)
        gate.open()
        await alone.arrivals(reach: 1)
        alone.open()
        tasks[1].cancel()
        _ = await tasks[1].result
        #expect(try await tasks[2].value == ["#3"])
        #expect(try await tasks[3].value == ["#4"])
    }

    @Test func aCancelledCallStillLearnsWhatBecameOfItsElements() async throws {
        let gate = Gate()
        let tasks = try await start([[1], [2]], on: commit(Carrier(gate: gate)), after: gate)
        tasks[1].cancel()
        gate.open()
        #expect(try await tasks[1].value == ["#2"])
    }
}
