/// Those who wait for work in their queues, and how far each set of queues has been looked at.
struct WorkWaiters {
    private struct Waiter {
        let number: Int
        let queues: [String]
        let continuation: CheckedContinuation<Void, Never>
    }

    private var waiters: [Waiter] = []
    private var lastNumber = 0
    private var isCancelled: Set<Int> = []
    /// The last row that was there when somebody looked: what came later is news.
    private var seen: [[String]: Int64] = [:]

    /// How many wait.
    var count: Int { waiters.count }

    /// Notes that these queues are looked at now.
    mutating func note(_ queues: [String], _ rows: InMemoryRows) {
        seen[queues] = rows.lastTicket(in: queues)
    }

    /// Takes what came to the queues of those who wait for old.
    mutating func noteAll(_ rows: InMemoryRows) {
        for waiter in waiters { note(waiter.queues, rows) }
    }

    /// Whether something came to these queues since they were looked at; said once.
    mutating func hasNews(_ queues: [String], _ rows: InMemoryRows) -> Bool {
        let last = rows.lastTicket(in: queues)
        defer { seen[queues] = last }
        return last > seen[queues] ?? 0
    }

    mutating func makeNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Lets somebody wait.
    ///
    /// - Returns: Whether there is nothing to wait for.
    mutating func enter(
        _ number: Int,
        _ queues: [String],
        _ continuation: CheckedContinuation<Void, Never>,
        _ rows: InMemoryRows
    ) -> Bool {
        if isCancelled.contains(number) || hasNews(queues, rows) { return true }
        waiters.append(Waiter(number: number, queues: queues, continuation: continuation))
        return false
    }

    /// Takes out whom new rows wake, in the order in which they came.
    mutating func takeWoken(by rows: InMemoryRows) -> [CheckedContinuation<Void, Never>] {
        guard !waiters.isEmpty else { return [] }
        let woken = waiters.filter { rows.lastTicket(in: $0.queues) > seen[$0.queues] ?? 0 }
        guard !woken.isEmpty else { return [] }
        let numbers = Set(woken.map(\.number))
        waiters.removeAll { numbers.contains($0.number) }
        for waiter in woken { note(waiter.queues, rows) }
        return woken.map(\.continuation)
    }

    /// Takes out one who waits no more; one who has not come yet will not.
    mutating func cancel(_ number: Int) -> CheckedContinuation<Void, Never>? {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else {
            isCancelled.insert(number)
            return nil
        }
        return waiters.remove(at: index).continuation
    }

    mutating func forget(_ number: Int) {
        isCancelled.remove(number)
    }
}
