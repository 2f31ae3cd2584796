import Testing

@testable import PollExecutor

@Suite struct TimerQueueTests {
    @Test func timersComeOutByDeadlineAndThenByAge() {
        var queue = TimerQueue()
        var fired: [Int] = []
        for (index, deadline) in [30, 10, 20, 10, 0, 30].enumerated() {
            _ = queue.insert(deadline: Int64(deadline)) { fired.append(index) }
        }
        while let body = queue.popDue(at: 30) { body() }
        #expect(fired == [4, 1, 3, 2, 0, 5])
    }

    @Test func nothingIsDueBeforeItsDeadline() {
        var queue = TimerQueue()
        _ = queue.insert(deadline: 11) {}
        #expect(queue.popDue(at: 10) == nil)
        #expect(queue.popDue(at: 11) != nil)
        #expect(queue.nextDeadline() == nil)
    }

    @Test func randomInsertsAndRemovalsKeepTheOrder() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var queue = TimerQueue()
            var live: [(timer: PollTimer, deadline: Int64)] = []
            var fired: [Int64] = []
            for _ in 0..<400 {
                if let index = live.indices.randomElement(using: &generator), Int.random(in: 0..<5) < 3 {
                    _ = queue.remove(live.remove(at: index).timer)
                } else {
                    let deadline = Int64.random(in: 0..<1000, using: &generator)
                    live.append((queue.insert(deadline: deadline) { fired.append(deadline) }, deadline))
                }
            }
            #expect(queue.count == live.count)
            #expect(queue.nextDeadline() == live.map(\.deadline).min())
            while let body = queue.popDue(at: 1000) { body() }
            #expect(fired == live.map(\.deadline).sorted())
        }
    }
}
