/// Timers by deadline, equal deadlines in the order they were made.
///
/// It knows no clock.
struct TimerQueue {
    private struct Entry {
        let deadline: Int64
        let id: UInt64

        func isBefore(_ other: Entry) -> Bool {
            self.deadline == other.deadline ? self.id < other.id : self.deadline < other.deadline
        }
    }

    private var nextID: UInt64 = 0
    // A cancelled timer leaves its entry in the heap until it surfaces or the heap is compacted.
    private var heap: [Entry] = []
    private var bodies: [UInt64: () -> Void] = [:]

    var count: Int { self.bodies.count }

    mutating func insert(deadline: Int64, _ body: @escaping () -> Void) -> PollTimer {
        self.nextID += 1
        self.bodies[self.nextID] = body
        self.heap.append(Entry(deadline: deadline, id: self.nextID))
        self.siftUp(self.heap.count - 1)
        return PollTimer(id: self.nextID)
    }

    /// Returns the timer's body: the caller lets go of it once it is done with the queue.
    mutating func remove(_ timer: PollTimer) -> (() -> Void)? {
        guard let body = self.bodies.removeValue(forKey: timer.id) else { return nil }
        // Timeouts are nearly always cancelled; without this a heap of long ones would only grow.
        if self.heap.count > 2 * self.bodies.count + 64 { self.compact() }
        return body
    }

    mutating func removeAll() -> [() -> Void] {
        defer {
            self.heap.removeAll()
            self.bodies.removeAll()
        }
        return Array(self.bodies.values)
    }

    /// The deadline of the next live timer.
    mutating func nextDeadline() -> Int64? {
        while let first = self.heap.first {
            if self.bodies[first.id] != nil { return first.deadline }
            self.removeFirst()
        }
        return nil
    }

    /// Takes out the next timer if it is due.
    mutating func popDue(at now: Int64) -> (() -> Void)? {
        guard let deadline = self.nextDeadline(), deadline <= now else { return nil }
        let id = self.heap[0].id
        self.removeFirst()
        return self.bodies.removeValue(forKey: id)
    }

    private mutating func compact() {
        self.heap.removeAll { self.bodies[$0.id] == nil }
        for index in stride(from: self.heap.count / 2 - 1, through: 0, by: -1) { self.siftDown(index) }
    }

    private mutating func removeFirst() {
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return }
        self.heap[0] = last
        self.siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard self.heap[index].isBefore(self.heap[parent]) else { return }
            self.heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in (2 * index + 1)...(2 * index + 2)
            where child < self.heap.count && self.heap[child].isBefore(self.heap[least]) {
                least = child
            }
            guard least != index else { return }
            self.heap.swapAt(index, least)
            index = least
        }
    }
}
