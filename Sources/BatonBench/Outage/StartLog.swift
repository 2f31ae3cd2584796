import Baton
import Foundation

/// What servers in processes of their own write: that they are ready, and which jobs they start.
///
/// A file, which keeps what a process has written when it is killed in the next moment.
struct StartLog: Sendable {
    /// Where it is.
    let path: String

    /// Makes an empty one.
    ///
    /// - Throws: ``BenchError`` when the folder for temporary files cannot be written.
    init() throws(BenchError) {
        path = FileManager.default.temporaryDirectory.appending(path: "baton-bench-\(UUID().uuidString)").path()
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw BenchError(.failure, "“\(path)” cannot be made.")
        }
    }

    /// The line of a server that has begun to consume.
    static func line(readyProcess process: Int32) -> String { "ready \(process)\n" }

    /// The line of a job that starts, at a time of ``MonotonicClock``.
    static func line(_ id: JobID, startedAt time: UInt64) -> String { "start \(id) \(time)\n" }

    /// Opens it for a process that is to write to it beside others.
    ///
    /// - Returns: The file; what is written goes to its end.
    /// - Throws: ``BenchError``.
    func writer() throws(BenchError) -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw BenchError(.failure, "“\(path)” cannot be written.") }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Whether a process has begun to consume.
    ///
    /// - Parameter process: The process.
    /// - Returns: Whether it has.
    func isReady(_ process: Int32) -> Bool { text.contains(Self.line(readyProcess: process)) }

    /// The jobs that have started, each with the times of ``MonotonicClock`` at which it has.
    var starts: [JobID: [UInt64]] {
        var starts: [JobID: [UInt64]] = [:]
        // A process that was killed may have left its last line unfinished.
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "start", let id = JobID(String(words[1])), let time = UInt64(words[2])
            else { continue }
            starts[id, default: []].append(time)
        }
        return starts
    }

    /// Removes the file.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
