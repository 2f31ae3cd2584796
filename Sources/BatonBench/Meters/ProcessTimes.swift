import Foundation

/// What the kernel says about the processor time of one process.
struct ProcessTimes: Sendable, Hashable {
    /// The command's name.
    var name: String
    /// The process that started it.
    var parent: Int32
    /// Ticks of the process itself, all threads.
    var own: UInt64
    /// Ticks of its children that have ended and been waited for.
    var reaped: UInt64

    /// Reads a line of `/proc/<pid>/stat`.
    ///
    /// - Parameter stat: The line.
    init?(stat: String) {
        // The name is in parentheses and may itself hold spaces and parentheses.
        guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard
            fields.count > 14, let parent = Int32(fields[1]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let reapedUser = UInt64(fields[13]), let reapedSystem = UInt64(fields[14])
        else { return nil }
        name = String(stat[stat.index(after: open)..<close])
        self.parent = parent
        own = user + system
        reaped = reapedUser + reapedSystem
    }

    /// Asks the kernel about a process of this machine.
    ///
    /// - Parameter process: The process; `nil` comes back when there is none, or no `/proc`.
    init?(of process: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
        self.init(stat: stat)
    }

    /// Every process of this machine.
    static func all() -> [Int32: ProcessTimes] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var times: [Int32: ProcessTimes] = [:]
        for process in entries.compactMap({ Int32($0) }) {
            times[process] = ProcessTimes(of: process)
        }
        return times
    }

    /// Ticks per second of processor time.
    static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
}
