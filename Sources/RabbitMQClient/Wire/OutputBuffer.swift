/// Bytes on their way to the socket, added at the end and taken at the front.
///
/// Plain memory instead of an array: the library encodes into space that need not be cleared first.
struct OutputBuffer: ~Copyable {
    private static let keptCapacity = 1 << 20

    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0

    /// How many bytes wait.
    var count: Int { self.end - self.start }

    init() {
        self.capacity = 16384
        self.memory = .allocate(capacity: self.capacity)
    }

    deinit {
        self.memory.deallocate()
    }

    /// Space behind the bytes; ``append(_:)`` makes what was written there part of them.
    mutating func space(_ size: Int) -> UnsafeMutablePointer<UInt8> {
        if self.capacity - self.end < size { self.makeSpace(size) }
        return self.memory + self.end
    }

    mutating func append(_ size: Int) {
        self.end += size
    }

    /// Takes bytes back from the end.
    mutating func truncate(to count: Int) {
        self.end = self.start + count
    }

    /// Hands all bytes to a function that returns how many it took.
    mutating func consume<Failure: Error>(
        _ body: (UnsafePointer<UInt8>, Int) throws(Failure) -> Int
    ) throws(Failure) {
        self.start += try body(self.memory + self.start, self.count)
        guard self.start == self.end else { return }
        self.start = 0
        self.end = 0
        // One large message must not hold its memory for ever.
        if self.capacity > Self.keptCapacity { self.resize(Self.keptCapacity) }
    }

    private mutating func makeSpace(_ size: Int) {
        let count = self.count
        let isHalfEmpty = self.capacity - count >= max(size, count)
        self.resize(isHalfEmpty ? self.capacity : max(2 * self.capacity, count + size))
    }

    private mutating func resize(_ capacity: Int) {
        let count = self.count
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        memory.update(from: self.memory + self.start, count: count)
        self.memory.deallocate()
        self.memory = memory
        self.capacity = capacity
        self.start = 0
        self.end = count
    }
}
