import Testing

@testable import Baton

@Suite struct JobFailureTests {
    private struct Terse: Error, CustomStringConvertible {
        let description = "no luck"
    }

    private enum Plain: Error {
        case broken(Int)
    }

    @Test func anErrorIsKeptWithItsTypeAndItsOwnWords() {
        let failure = JobFailure(Terse())
        #expect(failure.type == "Terse")
        #expect(failure.message == "no luck")
    }

    @Test func detailsAreKeptWhenTheySayMoreThanTheMessage() {
        let failure = JobFailure(Plain.broken(7))
        #expect(failure.message == "broken(7)")
        #expect(failure.details?.contains("Plain.broken(7)") == true)
        #expect(JobFailure(JobTimeoutError(timeout: .seconds(1))).details == nil)
    }

    @Test func whatFitsIsKeptToTheLastByte() {
        let text = String(repeating: "x", count: JobFailure.maximumMessageBytes)
        #expect(JobFailure(type: "T", message: text).message == text)
    }

    @Test func textPostgreSQLCannotStoreIsReplaced() {
        let failure = JobFailure(type: "\0T", message: "a\0b\r\n\0\u{301}", details: "\0")
        #expect(failure.type == "\u{FFFD}T")
        #expect(Array(failure.message.unicodeScalars) == Array("a\u{FFFD}b\r\n\u{FFFD}\u{301}".unicodeScalars))
        #expect(failure.details == "\u{FFFD}")
    }

    @Test(arguments: ["x", "é", "€", "🦊", "e\u{301}\u{302}", "👩‍👩‍👧‍👦", "\0", "\r\n"])
    func aCutNeverBreaksUTF8AndLosesNoMoreThanItMust(unit: String) {
        for lead in 0..<5 {
            let text = String(repeating: "-", count: lead) + String(repeating: unit, count: 10_000)
            let failure = JobFailure(type: text, message: text, details: text)
            check(failure.type, of: text, limit: 256)
            check(failure.message, of: text, limit: JobFailure.maximumMessageBytes)
            check(failure.details ?? "", of: text, limit: JobFailure.maximumDetailBytes)
        }
    }

    @Test(arguments: Seeds.few)
    func anyTextIsCutToAValidPrefix(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var text = ""
        for _ in 0..<4_000 {
            let scalar = Unicode.Scalar(UInt32.random(in: 0...0x2FFFF, using: &generator))
            text.unicodeScalars.append(scalar ?? "?")
        }
        check(JobFailure(type: "T", message: text).message, of: text, limit: JobFailure.maximumMessageBytes)
    }

    private func check(_ cut: String, of text: String, limit: Int) {
        let scalars = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
        #expect(cut.utf8.count <= limit)
        #expect(cut.utf8.count > limit - "…".utf8.count - 4, "no more is lost than one scalar and the ellipsis")
        #expect(String(validating: Array(cut.utf8), as: UTF8.self) == cut)
        #expect(cut.unicodeScalars.last == "…")
        #expect(scalars.starts(with: cut.unicodeScalars.dropLast()))
    }
}
