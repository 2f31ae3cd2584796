import Foundation
import Testing

@testable import Baton

/// Compares with a walk from second to second or minute to minute that reads the clock at each.
@Suite("Cron and a walk by the clock")
struct CronWalkTests {
    /// Where clocks were or will be shifted.
    private static let shifts: [(zone: String, utc: String)] = [
        ("America/New_York", "2026-03-08 07:00"), ("America/New_York", "2026-11-01 06:00"),
        ("Europe/Paris", "2026-03-29 01:00"), ("Europe/Paris", "2026-10-25 01:00"),
        ("Europe/Dublin", "2026-03-29 01:00"), ("Europe/Dublin", "1971-10-31 02:00"),
        ("Australia/Lord_Howe", "2026-04-04 15:00"), ("Australia/Lord_Howe", "2026-10-03 15:30"),
        ("Asia/Kathmandu", "1985-12-31 18:30"), ("Asia/Pyongyang", "2018-05-04 15:00"),
        ("Pacific/Apia", "2011-12-30 10:00"), ("Pacific/Kwajalein", "1993-08-21 12:00"),
        ("Pacific/Kwajalein", "1969-09-30 13:00"), ("America/Caracas", "2007-12-09 07:00"),
        ("Africa/Casablanca", "2026-03-22 01:00"), ("Antarctica/Troll", "2026-03-29 01:00"),
        ("Asia/Amman", "2017-03-30 22:00"), ("America/Santiago", "2017-05-14 03:00"),
        ("Europe/Moscow", "2014-10-25 22:00"), ("America/St_Johns", "1988-04-03 03:31"),
        ("Europe/London", "1947-04-13 01:00"), ("Asia/Singapore", "1981-12-31 16:00"),
    ]

    @Test("Minutes are due where a walk around a shift finds them", arguments: Seeds.many)
    func minutes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for (name, utc) in Self.shifts.shuffled(using: &random).prefix(4) {
            let sample = try CronSamples.sample(withSeconds: false, using: &random)
            let shift = try CronTime.instant("\(utc) +00:00").timeIntervalSince1970
            let start = shift - Double.random(in: 0...1800, using: &random).rounded() * 60
            let zone = try CronTime.zone(name)
            try check(sample, zone, from: start, for: 40 * 3600, by: 60)
        }
    }

    @Test("Seconds are due where a walk around a shift finds them", arguments: Seeds.few)
    func seconds(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for (name, utc) in Self.shifts.shuffled(using: &random).prefix(3) {
            let sample = try CronSamples.sample(withSeconds: true, using: &random)
            let shift = try CronTime.instant("\(utc) +00:00").timeIntervalSince1970
            let start = shift - Double.random(in: 0...3600, using: &random).rounded()
            let zone = try CronTime.zone(name)
            try check(sample, zone, from: start, for: 3600, by: 1)
        }
    }

    private func check(
        _ sample: CronSample,
        _ zone: TimeZone,
        from start: Double,
        for length: Double,
        by step: Double
    ) throws {
        let start = Date(timeIntervalSince1970: start)
        let end = start.addingTimeInterval(length)
        let walked = walk(sample, zone, from: start, to: end, by: step)
        let found = try Array(CronExpression(sample.text).occurrences(from: start, to: end, in: zone))
        let missed = Set(walked).subtracting(found).sorted().map { CronTime.text($0, in: zone) }
        let invented = Set(found).subtracting(walked).sorted().map { CronTime.text($0, in: zone) }
        #expect(missed.isEmpty && invented.isEmpty && found == found.sorted(), "\(sample.text) in \(zone.identifier)")
    }

    /// Reads the clock at every step, from 26 hours before, to know what it has shown before it was put back.
    private func walk(
        _ sample: CronSample,
        _ zone: TimeZone,
        from start: Date,
        to end: Date,
        by step: Double
    ) -> [Date] {
        var due: [Date] = []
        var shown = -Double.infinity
        var now = start.addingTimeInterval(-26 * 3600)
        while now < end {
            let local = now.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: now))
            let isRepeated = local <= shown
            let skipped = stride(from: max(shown, local - 26 * 3600) + step, to: local, by: step)
            if now >= start, isRepeated ? sample.isInterval && sample.matches(local) : sample.matches(local) {
                due.append(now)
            } else if now >= start, shown.isFinite, skipped.contains(where: sample.matches) {
                due.append(now)
            }
            shown = max(shown, local)
            now.addTimeInterval(step)
        }
        return due
    }
}

extension CronSample {
    /// Whether a clock and a calendar that show this time fit.
    fileprivate func matches(_ local: Double) -> Bool {
        let whole = Int(local)
        let time = ((whole % 86_400) + 86_400) % 86_400
        guard second.contains(time % 60), minute.contains(time / 60 % 60), hour.contains(time / 3600) else {
            return false
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: local)
        let parts = calendar.dateComponents([.day, .month, .weekday], from: date)
        let length = calendar.range(of: .day, in: .month, for: date)?.count
        guard let day = parts.day, let month = parts.month, let weekday = parts.weekday, let length else {
            return false
        }
        return self.month.contains(month) && isDay(day, weekday - 1, length)
    }
}
