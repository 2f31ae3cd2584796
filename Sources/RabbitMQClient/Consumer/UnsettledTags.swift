import DequeModule

/// The deliveries of one channel that have not been settled, by their tags.
struct UnsettledTags {
    /// How to tell the broker about a number of settlements in the fewest words.
    struct Settlement: Hashable {
        /// Settles every unsettled delivery up to this tag.
        var upTo: UInt64?
        /// Settled one by one.
        var single: [UInt64] = []
        /// How many tags were not open: settled before, or never delivered.
        ///
        /// The broker closes a channel for those.
        var passedOver = 0
    }

    /// The tag of the first entry.
    private var base: UInt64 = 1
    // Whether each tag is settled; the first never is.
    private var isSettled: Deque<Bool> = []
    private(set) var count = 0

    /// Takes the next delivery; the broker counts them up by one.
    mutating func deliver(_ tag: UInt64) throws(RabbitMQError) {
        guard tag == self.base + UInt64(self.isSettled.count) else {
            throw .protocolViolation("The broker has left out a delivery")
        }
        self.isSettled.append(false)
        self.count += 1
    }

    mutating func settle(_ tags: some Sequence<UInt64>) -> Settlement {
        var settlement = Settlement()
        var settled: [UInt64] = []
        settled.reserveCapacity(tags.underestimatedCount)
        var isAscending = true
        for tag in tags {
            guard tag >= self.base, tag - self.base < UInt64(self.isSettled.count),
                !self.isSettled[Int(tag - self.base)]
            else {
                settlement.passedOver += 1
                continue
            }
            self.isSettled[Int(tag - self.base)] = true
            if let last = settled.last, last > tag { isAscending = false }
            settled.append(tag)
        }
        self.count -= settled.count
        while self.isSettled.first == true {
            self.isSettled.removeFirst()
            self.base += 1
        }
        // They mostly come as they were delivered.
        if !isAscending { settled.sort() }
        // Below the first that is still open, everything is settled: one word does for all of it.
        let open = settled.firstIndex { $0 >= self.base } ?? settled.count
        if open > 0 { settlement.upTo = settled[open - 1] }
        settlement.single = open == 0 ? settled : Array(settled[open...])
        return settlement
    }
}
