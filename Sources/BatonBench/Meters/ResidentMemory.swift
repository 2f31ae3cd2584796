import Foundation

/// How much of this process is in memory, in MB of 2^20 bytes.
struct ResidentMemory: Sendable, Hashable {
    /// The most there has been since the last reset.
    var peak: Double
    var now: Double

    /// Reads the text of `/proc/self/status`.
    ///
    /// - Parameter status: The text.
    init?(status: String) {
        func megabytes(_ name: String) -> Double? {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
            return number.flatMap { Double($0) }.map { $0 / 1_024 }
        }
        guard let peak = megabytes("VmHWM"), let now = megabytes("VmRSS") else { return nil }
        self.peak = peak
        self.now = now
    }

    /// Asks the kernel; `nil` comes back where there is no `/proc`.
    static func current() -> ResidentMemory? {
        (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap(ResidentMemory.init(status:))
    }

    /// Makes the present size the peak.
    static func resetPeak() {
        // 5 is the kernel's word for just that. Where it is refused, the peak is the process's whole life's.
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }
}
