import Testing

@testable import Baton

@Suite struct GroupCommitTests {
    struct Fault: Error, Equatable {
        var isShared = false
    }

    /// What the commit carried, and how it answers.
    final class Carrier: Sendable {
        private let batches = Shared<[[Int]]>([])
        let gate: Gate
        let answer: @Sendable ([Int]) async throws(Fault) -> Void

        init(gate: Gate, answer: @escaping @Sendable ([Int]) async throws(Fault) -> Void = { _ throws(Fault) in }) {
            self.gate = gate
            self.answer = answer
        }

        var elements: [[Int]] {
            batches.value
        }

        func carry(_ elements: [Int]) async throws(Fault) -> [String] {
            batches.change { $0.append(elements) }
            await gate.pass()
            try await answer(elements)
            return elements.map { "#\($0)" }
        }
    }

    func commit(_ carrier: Carrier, maximumBatch: Int = 100) -> GroupCommit<Int, String, Fault> {
        GroupCommit(maximumBatch: maximumBatch, isSharedFault: \.isShared) { elements throws(Fault) in
            try await carrier.carry(elements)
        }
    }

    /// Starts calls one after the other, each once the one before is under way or waits.
    func start(
        _ calls: [[Int]],
        on commit: GroupCommit<Int, String, Fault>,
        after gate: Gate
    ) async throws -> [Task<[String], any Error>] {
        var tasks: [Task<[String], any Error>] = []
        for (index, call) in calls.enumerated() {
            tasks.append(Task { try await commit.submit(call) })
            if index == 0 {
                await gate.arrivals(reach: 1)
            } else {
                try await eventually("call \(index) waits") { commit.waitingCount == index }
            }
        }
        return tasks
    }

    /// An actor that calls, and what it does afterwards.
    private actor Caller {
        func call(_ commit: GroupCommit<Int, Bool, Fault>) async throws -> (carriedThere: Bool, isThere: Bool) {
            let carriedThere = try await commit.submit([1])[0]
            return (carriedThere, OneThread.isHere)
        }

        func look() -> Bool { OneThread.isHere }
    }

    /// What a call gives; one that never ends fails the test, and does not hold it.
    func result(of call: Task<[String], any Error>) async throws -> [String] {
        let hasEnded = Shared(false)
        Task {
            _ = await call.result
            hasEnded.change { $0 = true }
        }
        try await eventually("the call ends") { hasEnded.value }
        return try await call.value
    }

    /// What a caller does next may block, which would hold up every commit.
    @Test func aLoneCallIsCarriedOnTheExecutorAndItsCallerDoesNotFollowThere() async throws {
        let commit = GroupCommit<Int, Bool, Fault>(
            maximumBatch: 100,
            executor: OneThread(),
            isSharedFault: \.isShared
        ) { elements throws(Fault) in
            await Task.yield()
            return elements.map { _ in OneThread.isHere }
        }
        for _ in 0..<100 {
            let caller = Caller()
            let seen = try await caller.call(commit)
            #expect(seen.carriedThere)
            #expect(!seen.isThere)
            #expect(await !caller.look())
            #expect(!OneThread.isHere)
        }
    }

    /// Whether the one thread carries a call that goes alone, and a batch of several, where it is one of these.
    private func isOnOneThread(executor: (any TaskExecutor)?, tasks: (any TaskExecutor)?) async throws -> [Bool] {
        let gate = Gate()
        let seen = Shared<[Bool]>([])
        let commit = GroupCommit<Int, String, Fault>(
            maximumBatch: 100,
            executor: executor,
            tasks: tasks,
            isSharedFault: \.isShared
        ) { elements throws(Fault) in
            await gate.pass()
            seen.change { $0.append(OneThread.isHere) }
            return elements.map { "#\($0)" }
        }
        let calls = try await start([[1], [2], [3]], on: commit, after: gate)
        gate.open()
        for call in calls { _ = try await result(of: call) }
        return seen.value
    }

    @Test func aBatchOfSeveralIsCarriedWhereTasksAreOrElseOnTheExecutor() async throws {
        let thread = OneThread()
        #expect(try await isOnOneThread(executor: thread, tasks: nil) == [true, true])
        #expect(try await isOnOneThread(executor: thread, tasks: globalConcurrentExecutor) == [true, false])
        #expect(try await isOnOneThread(executor: nil, tasks: thread) == [false, true])
        #expect(try await isOnOneThread(executor: nil, tasks: nil) == [false, false])
    }

    /// Neither those of its batch nor those that come later depend on where a batch's first caller lives.
    @Test func aBatchAndThoseBehindItAreCarriedWhileItsFirstCallerCannotGoOn() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate)
        let commit = commit(carrier)
        let executor = HeldExecutor()
        defer { executor.release() }
        let (first, held) = try await startBehind(gate, on: commit, callingFrom: executor)
        let third = Task { try await commit.submit([3]) }
        try await eventually("another waits behind it") { commit.waitingCount == 2 }
        executor.hold()
        gate.open()
        #expect(try await result(of: first) == ["#1"])
        #expect(try await result(of: third) == ["#3"])
        let fourth = Task { try await commit.submit([4]) }
        #expect(try await result(of: fourth) == ["#4"])
        #expect(carrier.elements == [[1], [2, 3], [4]])
        #expect(executor.keptCount == 1, "the first caller has not gone on")
        executor.release()
        #expect(try await result(of: held) == ["#2"])
    }

    /// What the callers of this suite have in their tasks.
    private enum Local {
        @TaskLocal static var caller: String?
    }

    /// It has nothing to do with the call that comes by when it begins.
    @Test func aBatchOfSeveralSeesNoTaskLocalOfACall() async throws {
        let gate = Gate()
        let seen = Shared<[String?]>([])
        let carrier = Carrier(gate: gate) { _ throws(Fault) in
            seen.change { $0.append(Local.caller) }
        }
        let commit = commit(carrier)
        let calls = try await Local.$caller.withValue("a call") {
            try await start([[1], [2], [3]], on: commit, after: gate)
        }
        gate.open()
        for call in calls { _ = try await result(of: call) }
        #expect(carrier.elements == [[1], [2, 3]])
        #expect(seen.value == ["a call", nil])
    }

    @Test func aCallThatFindsTheWayFreeGoesAlone() async throws {
        let carrier = Carrier(gate: Gate(isOpen: true))
        let commit = commit(carrier)
        #expect(try await commit.submit([1, 2]) == ["#1", "#2"])
        #expect(try await commit.submit([3]) == ["#3"])
        #expect(carrier.elements == [[1, 2], [3]])
    }

    @Test func callsThatArriveMeanwhileFormTheNextBatchAndGetTheirOwnOutputs() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate)
        let tasks = try await start([[1], [2, 3], [], [4]], on: commit(carrier), after: gate)
        gate.open()
        var outputs: [[String]] = []
        for task in tasks { outputs.append(try await task.value) }
        #expect(outputs == [["#1"], ["#2", "#3"], [], ["#4"]])
        #expect(carrier.elements == [[1], [2, 3, 4]])
    }

    @Test func aBatchIsNoLargerThanAllowedButACallIsNeverSplit() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate)
        let calls = [[1], [2, 3, 4, 5], [6], [7, 8], [9]]
        let tasks = try await start(calls, on: commit(carrier, maximumBatch: 3), after: gate)
        gate.open()
        for task in tasks { _ = try await task.value }
        #expect(carrier.elements == [[1], [2, 3, 4, 5], [6, 7, 8], [9]])
    }

    @Test func aSharedFaultReachesEveryCallOfTheBatchAndNoOther() async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            if elements.contains(2) { throw Fault(isShared: true) }
        }
        let tasks = try await start([[1], [2], [3]], on: commit(carrier), after: gate)
        gate.open()
        #expect(try await tasks[0].value == ["#1"])
        await #expect(throws: Fault(isShared: true)) { try await tasks[1].value }
        await #expect(throws: Fault(isShared: true)) { try await tasks[2].value }
        #expect(carrier.elements == [[1], [2, 3]])
    }

    @Test(arguments: [2, 3, 4])
    func aRefusalMeetsOnlyTheGuiltyCall(guilty: Int) async throws {
        let gate = Gate()
        let carrier = Carrier(gate: gate) { elements throws(Fault) in
            if elements.contains(guilty) { throw Fault() }
        }
        let tasks = try await start([[1], [2], [3], [4]], on: commit(carrier), after: gate)
        gate.open()
        for number in 1...4 {
            if number == guilty {
                await #expect(throws: Fault()) { try await tasks[number - 1].value }
            } else {
                #expect(try await tasks[number - 1].value == ["#\(number)"])
            }
        }
    }

    @Test func theWayIsFreeAgainAfterAFailure() async throws {
        let carrier = Carrier(gate: Gate(isOpen: true)) { elements throws(Fault) in
            if elements == [1] { throw Fault(isShared: true) }
        }
        let commit = commit(carrier)
        await #expect(throws: Fault.self) { try await commit.submit([1]) }
        #expect(try await commit.submit([2]) == ["#2"])
    }

    // MARK: Stress

    @Test(arguments: Seeds.few.prefix(4))
    func aThousandTasksGetTheirOwnAnswersAndOnlyOneBatchIsUnderWay(seed: UInt64) async throws {
        let isBusy = Shared(false)
        let carrier = Carrier(gate: Gate(isOpen: true)) { elements throws(Fault) in
            let isAlone = isBusy.change { isBusy in
                defer { isBusy = true }
                return !isBusy
            }
            #expect(isAlone, "two batches at once")
            await Task.yield()
            isBusy.change { $0 = false }
            if elements.contains(where: { $0 % 97 == 0 }) { throw Fault() }
        }
        let commit = commit(carrier, maximumBatch: 50)
        var generator = SeededGenerator(seed: seed)
        let calls = (0..<1_000).map { call in
            (0..<Int.random(in: 1...3, using: &generator)).map { call * 3 + $0 + 1 }
        }
        await withTaskGroup(of: Void.self) { group in
            for call in calls {
                group.addTask {
                    let isGuilty = call.contains { $0 % 97 == 0 }
                    do throws(Fault) {
                        let outputs = try await commit.submit(call)
                        #expect(outputs == call.map { "#\($0)" } && !isGuilty)
                    } catch {
                        #expect(isGuilty)
                    }
                }
            }
        }
        #expect(commit.waitingCount == 0)
    }
}
