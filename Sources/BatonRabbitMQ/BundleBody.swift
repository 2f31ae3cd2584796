internal import Baton

/// The body of a bundle: a line `id:generation` for each job.
///
/// Text, so that whoever looks into a queue can read it.
enum BundleBody {
    private static let colon = UInt8(ascii: ":")
    private static let newline = UInt8(ascii: "\n")

    /// Writes wake-ups.
    static func write(_ messages: [DispatchMessage]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(messages.count * (JobID.length + 4))
        for message in messages {
            let start = body.count
            body.append(contentsOf: repeatElement(0, count: JobID.length))
            body.withUnsafeMutableBufferPointer { message.id.write(to: .init(rebasing: $0[start...])) }
            body.append(colon)
            body.append(contentsOf: String(message.generation).utf8)
            body.append(newline)
        }
        return body
    }

    /// Reads what ``write(_:)`` has written.
    ///
    /// - Returns: The jobs and their generations, or `nil` when it is anything else.
    static func read(_ body: [UInt8]) -> [(id: JobID, generation: Int)]? {
        body.withUnsafeBufferPointer { body in
            var lines: [(id: JobID, generation: Int)] = []
            lines.reserveCapacity(body.count / (JobID.length + 3))
            var position = 0
            while position < body.count {
                let end = position + JobID.length
                guard end < body.count, body[end] == colon,
                    let id = JobID(utf8: .init(rebasing: body[position..<end])),
                    let newline = body[(end + 1)...].firstIndex(of: newline),
                    let generation = generation(body[(end + 1)..<newline])
                else { return nil }
                lines.append((id, generation))
                position = newline + 1
            }
            return lines
        }
    }

    /// Reads a generation, which is a number of 32 bits.
    private static func generation(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard (1...10).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return Int32(exactly: value).map(Int.init)
    }
}
