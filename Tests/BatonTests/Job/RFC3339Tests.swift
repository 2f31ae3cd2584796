import Foundation
import Testing

@testable import Baton

@Suite("RFC 3339 dates")
struct RFC3339Tests {
    @Test(
        "Known moments are written in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_772_357_400.25, "2026-03-01T09:30:00.250Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.000Z"),
            (-0.5, "1969-12-31T23:59:59.500Z"),
            (-2_208_988_800, "1900-01-01T00:00:00.000Z"),
            (253_402_300_799, "9999-12-31T23:59:59.000Z"),
        ] as [(Double, String)]
    )
    func writes(secondsSince1970: Double, text: String) {
        let date = Date(timeIntervalSince1970: secondsSince1970)
        #expect(RFC3339.text(date) == text)
        #expect(RFC3339.date(text) == date)
    }

    @Test("Finer fractions get more digits")
    func finerFractions() {
        let date = Date(timeIntervalSinceReferenceDate: 793_000_000.123456)
        #expect(RFC3339.text(date)?.hasSuffix(".123456Z") == true)
    }

    @Test("Every date of our time comes back as it was")
    func roundTrips() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let date = Date(timeIntervalSinceReferenceDate: Double.random(in: 1e8...5e9, using: &generator))
            let text = try #require(RFC3339.text(date))
            #expect(RFC3339.date(text) == date, "\(text)")
        }
    }

    @Test(
        "Fractions and offsets are read in any form",
        arguments: [
            "2026-03-01T09:30:00Z", "2026-03-01t09:30:00.0z", "2026-03-01T10:30:00+01:00",
            "2026-03-01 04:00:00.000000-05:30", "2026-03-01T09:29:60Z",
        ]
    )
    func reads(text: String) {
        #expect(RFC3339.date(text) == Date(timeIntervalSince1970: 1_772_357_400))
    }

    @Test(
        "What is not a date with an offset is refused",
        arguments: [
            "", "2026-03-01", "2026-03-01T09:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-03-01T24:00:00Z", "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00Z ", "2026-03-01T09:30:00+0100",
            "+026-03-01T09:30:00Z", "1900-02-29T00:00:00Z",
        ]
    )
    func refuses(text: String) {
        #expect(RFC3339.date(text) == nil)
    }

    @Test("Years that RFC 3339 cannot write give no text")
    func outOfRange() {
        #expect(RFC3339.text(Date(timeIntervalSince1970: 253_402_300_800)) == nil)
        #expect(RFC3339.text(Date(timeIntervalSince1970: .infinity)) == nil)
        #expect(RFC3339.text(Date(timeIntervalSince1970: -1e11)) == nil)
    }
}
