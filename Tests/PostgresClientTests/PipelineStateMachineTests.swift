import Testing

@testable import PostgresClient

@Suite struct PipelineStateMachineTests {
    typealias Machine = PipelineStateMachine
    typealias Request = PipelineStateMachine.RequestID

    private let first = Request(value: 1)
    private let second = Request(value: 2)

    private func key(_ sql: String) -> StatementKey {
        StatementKey(sql: sql, types: [])
    }

    /// Feeds events and returns what they lead to, ends of commands left out.
    private func receive(_ machine: inout Machine, _ events: Machine.Event...) -> [Machine.Action] {
        events.map { machine.receive($0) }.filter { $0 != .none }
    }

    @Test func anUnpreparedStatementIsOneCommandAndASync() {
        var machine = Machine(preparedStatementCapacity: 8)
        #expect(machine.submit([nil], as: self.first) == [.execute(statement: 0), .sync])
        #expect(machine.requestsInFlight == 1)
        #expect(self.receive(&machine, .success, .end, .sync) == [.append(self.first), .complete(self.first)])
        #expect(machine.requestsInFlight == 0)
        #expect(!machine.isExpectingAnswers)
    }

    @Test func aStatementIsPreparedOnce() {
        var machine = Machine(preparedStatementCapacity: 8)
        let commands = machine.submit([self.key("a"), self.key("a")], as: self.first)
        #expect(
            commands == [
                .prepare(name: "s1", statement: 0), .executePrepared(name: "s1", statement: 0),
                .executePrepared(name: "s1", statement: 1), .sync,
            ]
        )
        _ = self.receive(&machine, .success, .end, .success, .end, .success, .end, .sync)
        #expect(
            machine.submit([self.key("a")], as: self.second) == [.executePrepared(name: "s1", statement: 0), .sync]
        )
    }

    @Test func theSameSQLWithOtherTypesIsAnotherStatement() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([StatementKey(sql: "a", types: [20])], as: self.first)
        _ = self.receive(&machine, .success, .end, .success, .end, .sync)
        let commands = machine.submit([StatementKey(sql: "a", types: [25])], as: self.second)
        #expect(commands.first == .prepare(name: "s2", statement: 0))
    }

    @Test func aPreparationUnderWayIsNotReliedOnByOthers() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([nil, self.key("a")], as: self.first)
        #expect(machine.submit([self.key("a")], as: self.second) == [.execute(statement: 0), .sync])
        // The first request fails before it comes to the preparation; the second is none the worse.
        let actions = self.receive(
            &machine,
            .failure(isPlanUnusable: false),
            .end,
            .skipped,
            .end,
            .skipped,
            .end,
            .sync,
            .success,
            .end,
            .sync
        )
        #expect(
            actions == [.fail(self.first), .complete(self.first), .append(self.second), .complete(self.second)]
        )
        // What was skipped is not prepared.
        #expect(machine.submit([self.key("a")], as: Request(value: 3)).first == .prepare(name: "s2", statement: 0))
    }

    @Test func aFailedPreparationFailsItsRequestAndIsForgotten() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([self.key("a")], as: self.first)
        let actions = self.receive(&machine, .failure(isPlanUnusable: false), .end, .skipped, .end, .sync)
        #expect(actions == [.fail(self.first), .complete(self.first)])
        #expect(machine.submit([self.key("a")], as: self.second).first == .prepare(name: "s2", statement: 0))
    }

    @Test func anErrorSkipsTheRestOfItsRequestOnly() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([nil, nil, nil], as: self.first)
        _ = machine.submit([nil], as: self.second)
        let actions = self.receive(
            &machine,
            .success,
            .end,
            .failure(isPlanUnusable: false),
            .end,
            .skipped,
            .end,
            .sync,
            .success,
            .end,
            .sync
        )
        #expect(
            actions == [
                .append(self.first), .fail(self.first), .complete(self.first), .append(self.second),
                .complete(self.second),
            ]
        )
    }

    @Test func anErrorAtTheEndOfTheTransactionFailsTheRequest() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([nil], as: self.first)
        let actions = self.receive(&machine, .success, .end, .failure(isPlanUnusable: false), .end, .sync)
        #expect(actions == [.append(self.first), .fail(self.first), .complete(self.first)])
    }

    @Test func aPlanThatNoLongerFitsIsPreparedAgain() {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([self.key("a")], as: self.first)
        _ = self.receive(&machine, .success, .end, .success, .end, .sync)
        _ = machine.submit([self.key("a")], as: self.second)
        _ = self.receive(&machine, .failure(isPlanUnusable: true), .end, .sync)
        #expect(
            machine.submit([self.key("a")], as: Request(value: 3)) == [
                .prepare(name: "s2", statement: 0), .executePrepared(name: "s2", statement: 0), .sync,
                .deallocate(name: "s1"), .sync,
            ]
        )
    }

    @Test func theStatementUsedLeastRecentlyMakesRoom() {
        var machine = Machine(preparedStatementCapacity: 2)
        for (number, sql) in ["a", "b"].enumerated() {
            _ = machine.submit([self.key(sql)], as: Request(value: UInt64(number)))
            _ = self.receive(&machine, .success, .end, .success, .end, .sync)
        }
        _ = machine.submit([self.key("a")], as: Request(value: 3))
        _ = self.receive(&machine, .success, .end, .sync)
        let commands = machine.submit([self.key("c")], as: Request(value: 4))
        #expect(commands.suffix(2) == [.deallocate(name: "s2"), .sync])
        // The deallocation is nobody's request.
        let actions = self.receive(&machine, .success, .end, .success, .end, .sync, .success, .end, .sync)
        #expect(actions == [.append(Request(value: 4)), .complete(Request(value: 4))])
        #expect(
            machine.submit([self.key("a")], as: Request(value: 5)).first == .executePrepared(name: "s1", statement: 0)
        )
    }

    @Test func aDeallocationThatWasSkippedComesAgain() {
        var machine = Machine(preparedStatementCapacity: 1)
        _ = machine.submit([self.key("a")], as: Request(value: 1))
        _ = self.receive(&machine, .success, .end, .success, .end, .sync)
        _ = machine.submit([self.key("b")], as: Request(value: 2))
        let failure = Machine.Event.failure(isPlanUnusable: false)
        _ = self.receive(&machine, .success, .end, .success, .end, .sync, failure, .end, .sync)
        let commands = machine.submit([self.key("c")], as: Request(value: 3))
        #expect(commands.contains(.deallocate(name: "s1")))
        #expect(commands.contains(.deallocate(name: "s2")))
    }

    @Test func nothingIsPreparedWithoutCapacity() {
        var machine = Machine(preparedStatementCapacity: 0)
        #expect(machine.submit([self.key("a")], as: self.first) == [.execute(statement: 0), .sync])
    }

    @Test(arguments: [
        [Machine.Event.sync], [.success, .sync], [.success, .success], [.end],
        [.success, .end, .success], [.success, .end, .skipped], [.success, .end, .sync, .success],
    ])
    func answersOutOfOrderAreNoticed(events: [Machine.Event]) {
        var machine = Machine(preparedStatementCapacity: 8)
        _ = machine.submit([nil], as: self.first)
        var last = Machine.Action.none
        for event in events { last = machine.receive(event) }
        #expect(last == .violation)
    }
}
