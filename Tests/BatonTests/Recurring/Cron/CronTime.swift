import Foundation
import Testing

@testable import Baton

/// Writes instants as tests read them: local time and offset.
enum CronTime {
    /// A zone by its name.
    static func zone(_ name: String) throws -> TimeZone {
        try #require(TimeZone(identifier: name), "no zone \(name)")
    }

    /// Reads `2016-03-13 01:45 -05:00`, with or without seconds and their fraction.
    static func instant(_ text: String) throws -> Date {
        let parts = text.split(separator: " ")
        try #require(parts.count == 3, "\(text)")
        let time = parts[1].count == 5 ? "\(parts[1]):00" : String(parts[1])
        return try #require(RFC3339.date("\(parts[0])T\(time)\(parts[2])"), "\(text)")
    }

    /// Reads `2016-03-13`, `2016-03-13 01:45` or `01:45` (of 9 December 2016) on the clock of a zone.
    ///
    /// A time that the clock shows twice is the first of the two.
    static func instant(_ text: String, in zone: TimeZone) throws -> Date {
        let date = text.contains("-") ? text : "2016-12-09 \(text)"
        let whole = date.contains(":") ? date : "\(date) 00:00"
        let asUTC = try instant("\(whole) +00:00")
        for days in [-1.0, 1.0] {
            let offset = Double(zone.secondsFromGMT(for: asUTC.addingTimeInterval(days * 86_400)))
            let instant = asUTC.addingTimeInterval(-offset)
            if Double(zone.secondsFromGMT(for: instant)) == offset { return instant }
        }
        throw NoSuchTime(text: text)
    }

    /// Writes an instant as the clock of a zone shows it.
    static func text(_ date: Date?, in zone: TimeZone) -> String {
        guard let date else { return "never" }
        let offset = zone.secondsFromGMT(for: date)
        let local = RFC3339.text(date.addingTimeInterval(Double(offset))) ?? "?"
        let sign = offset < 0 ? "-" : "+"
        let minutes = abs(offset) / 60
        return String(
            format: "%@ %@ %@%02d:%02d",
            String(local.prefix(10)),
            String(local.dropFirst(11).prefix(8)),
            sign,
            minutes / 60,
            minutes % 60
        )
    }

    struct NoSuchTime: Error {
        let text: String
    }
}
