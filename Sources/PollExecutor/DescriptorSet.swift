import CPollExecutor
import Glibc

/// The descriptors of one loop and their handlers.
///
/// Only the loop's thread touches it.
struct DescriptorSet {
    private struct Entry {
        let descriptor: Int32
        var interest: PollInterest
        let onReady: (PollReadiness) -> Void
    }

    private let wakeUp: Int32
    private var nextID: UInt64 = 0
    private var entries: [UInt64: Entry] = [:]
    // What the kernel is handed, kept from one wait to the next; the wake-up descriptor comes first.
    private var polled: [pollfd] = []
    private var polledIDs: [UInt64] = []
    private var isStale = true

    var isEmpty: Bool { self.entries.isEmpty }

    init(wakeUp: Int32) {
        self.wakeUp = wakeUp
    }

    mutating func insert(
        _ descriptor: Int32,
        interest: PollInterest,
        onReady: @escaping (PollReadiness) -> Void
    ) -> PollRegistration {
        self.nextID += 1
        self.entries[self.nextID] = Entry(descriptor: descriptor, interest: interest, onReady: onReady)
        self.isStale = true
        return PollRegistration(id: self.nextID)
    }

    mutating func update(_ registration: PollRegistration, interest: PollInterest) {
        guard let entry = self.entries[registration.id], entry.interest != interest else { return }
        self.entries[registration.id]?.interest = interest
        self.isStale = true
    }

    /// Returns the handler: the caller lets go of it once it is done with the set.
    mutating func remove(_ registration: PollRegistration) -> ((PollReadiness) -> Void)? {
        guard let entry = self.entries.removeValue(forKey: registration.id) else { return nil }
        self.isStale = true
        return entry.onReady
    }

    mutating func removeAll() -> [(PollReadiness) -> Void] {
        defer {
            self.entries.removeAll()
            self.isStale = true
        }
        return self.entries.values.map(\.onReady)
    }

    /// Waits for readiness, the wake-up or the timeout, and returns what is ready, the wake-up left out.
    mutating func wait(timeoutNanoseconds: Int64) -> [(id: UInt64, readiness: PollReadiness)] {
        if self.isStale { self.rebuild() }
        let count = self.polled.count
        var remaining = self.polled.withUnsafeMutableBufferPointer { buffer in
            cpoll_wait(buffer.baseAddress, count, timeoutNanoseconds)
        }
        // Negative is EINTR or a shortage of memory: the loop comes back by itself.
        guard remaining > 0 else { return [] }
        var ready: [(id: UInt64, readiness: PollReadiness)] = []
        if self.polled[0].revents != 0 {
            cpoll_eventfd_reset(self.wakeUp)
            remaining -= 1
        }
        for index in 1..<max(count, 1) where remaining > 0 && self.polled[index].revents != 0 {
            ready.append((self.polledIDs[index], PollReadiness(events: Int32(self.polled[index].revents))))
            remaining -= 1
        }
        return ready
    }

    /// The handler of a registration, unless an earlier handler of the same pass has cancelled it.
    func handler(_ id: UInt64) -> ((PollReadiness) -> Void)? {
        self.entries[id]?.onReady
    }

    private mutating func rebuild() {
        self.polled.removeAll(keepingCapacity: true)
        self.polledIDs.removeAll(keepingCapacity: true)
        self.polled.append(pollfd(fd: self.wakeUp, events: Int16(POLLIN), revents: 0))
        self.polledIDs.append(0)
        for (id, entry) in self.entries {
            self.polled.append(pollfd(fd: entry.descriptor, events: entry.interest.events, revents: 0))
            self.polledIDs.append(id)
        }
        self.isStale = false
    }
}

extension PollInterest {
    fileprivate var events: Int16 {
        var events: Int32 = 0
        if self.contains(.read) { events |= POLLIN }
        if self.contains(.write) { events |= POLLOUT }
        return Int16(events)
    }
}

extension PollReadiness {
    fileprivate init(events: Int32) {
        self = []
        if events & POLLIN != 0 { self.insert(.read) }
        if events & POLLOUT != 0 { self.insert(.write) }
        if events & POLLHUP != 0 { self.insert(.hangUp) }
        if events & (POLLERR | POLLNVAL) != 0 { self.insert(.error) }
    }
}
