import Crypto
import Foundation

/// What `demo.checksum` finds out about a file.
struct FileChecksum: Codable, Sendable, Hashable {
    /// The SHA-256, 64 lower-case hexadecimal digits.
    let sha256: String
    /// How many words the file has, as `wc -w` counts them in the C locale.
    let words: Int
    /// How long the file is.
    let bytes: Int

    /// Reads a file to its end, in pieces: however long it is, little of it is in memory.
    ///
    /// - Parameter file: The file, at its beginning.
    /// - Throws: ``DemoJobError`` when it cannot be read, `CancellationError`.
    init(of file: FileHandle) throws {
        var hash = SHA256()
        var words = 0
        var bytes = 0
        var isInWord = false
        while let piece = try Self.read(file), !piece.isEmpty {
            try Task.checkCancellation()
            hash.update(data: piece)
            bytes += piece.count
            for byte in piece {
                let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
                if !isSpace, !isInWord {
                    words += 1
                }
                isInWord = !isSpace
            }
        }
        sha256 = hash.finalize().map { Self.hexadecimal[Int($0)] }.joined()
        self.words = words
        self.bytes = bytes
    }

    private static let hexadecimal = (0...255).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }

    private static func read(_ file: FileHandle) throws(DemoJobError) -> Data? {
        do {
            return try file.read(upToCount: 65_536)
        } catch {
            throw DemoJobError(.fileUnreadable, "The file cannot be read to its end.", underlyingError: error)
        }
    }
}
