import Foundation
import Testing

@testable import Baton

@Suite("Job ids")
struct JobIDTests {
    @Test("The example of RFC 9562, appendix A.6")
    func example() {
        let id = JobID(uuidv7: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test("Version and variant hold whatever the random bits are, and later ids sort later")
    func bits() {
        let low = JobID(uuidv7: 1000, random: (.max, .max)).description
        let high = JobID(uuidv7: 1001, random: (0, 0)).description
        #expect(low == "00000000-03e8-7fff-bfff-ffffffffffff")
        #expect(high == "00000000-03e9-7000-8000-000000000000")
        #expect(low < high)
    }

    @Test("Text in either case is the same id; other text is none")
    func text() throws {
        let id = try #require(JobID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
        #expect(id == JobID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))
        #expect(JobID("017f22e279b07cc398c4dc0c0c07398f") == nil)
        #expect(JobID("") == nil)
        let json = try JSONEncoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == #"["017f22e2-79b0-7cc3-98c4-dc0c0c07398f"]"#)
        #expect(try JSONDecoder().decode([JobID].self, from: json) == [id])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([JobID].self, from: Data(#"["x"]"#.utf8)) }
    }

    /// Against Foundation's own reader and writer.
    @Test(arguments: Seeds.many)
    func textIsFoundationsInLowerCase(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let id = JobID(
            uuidv7: generator.next(),
            random: (generator.next(), generator.next())
        )
        #expect(id.description == id.uuid.uuidString.lowercased())
        #expect(JobID(id.uuid.uuidString) == id)
        var text = Array(id.description.utf8)
        text[Int.random(in: text.indices, using: &generator)] = UInt8.random(in: 0x20...0x7E, using: &generator)
        let damaged = String(decoding: text, as: UTF8.self)
        // Foundation lets blanks and signs pass for digits; what both read is the same.
        if let read = JobID(damaged) { #expect(read.uuid == UUID(uuidString: damaged)) }
    }
}
