import Glibc
import PollExecutor
import Testing

@Suite(.timeLimit(.minutes(15))) struct ShortageTests {
    // A stack that no address space has room for is refused as a shortage of threads is, and by the same call.
    @Test func aThreadThatCannotBeStartedIsAnError() throws {
        let error = #expect(throws: PollExecutorError.self) {
            try PollExecutor(starting: "shortage", stackSize: 1 << 60)
        }
        #expect(error?.code == .noThread)
        #expect(error?.errorNumber != 0)
        #expect(error?.message.contains("shortage") == true)
    }

    /// A failed start must not leave its descriptor open; there are no others here to count them by.
    @Test func aFailedStartLeavesNoDescriptor() throws {
        let limit = 4096
        for _ in 0..<limit { _ = try? PollExecutor(starting: "shortage", stackSize: 1 << 60) }
        let loops = (0..<limit).count { Self.isEventDescriptor(Int32($0)) }
        #expect(loops < limit / 4)
    }

    private static func isEventDescriptor(_ descriptor: Int32) -> Bool {
        let path = "/proc/self/fd/\(descriptor)"
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
            target.initialize(repeating: 0)
            guard let start = target.baseAddress, readlink(path, start, target.count - 1) > 0 else { return false }
            return String(cString: start).contains("eventfd")
        }
    }
}
