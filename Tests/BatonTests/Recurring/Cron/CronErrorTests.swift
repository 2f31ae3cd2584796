import Foundation
import Testing

@testable import Baton

@Suite("Cron expressions that are wrong")
struct CronErrorTests {
    private static let everywhere = [
        "-1", "-", "5-", ",", ",1", "1,", "/", "*/", "1/", "1/0", "*/0", "1/k", "1k", "#", "*#1", "W", "w", "*,1",
        "1,*", "*-5", "1//2", "1-2-3", "1/2147483648", "99999999999999999999", "H", "$", "１", "ﬀ", "٣",
    ]

    private static let invalid: [(field: String, parts: [String])] = [
        ("second", ["60", "1/60", "0#2", "L", "LW", "SUN", "001"]),
        ("minute", ["60", "*/60", "5#3", "L", "l", "LW", "lw", "JAN"]),
        ("hour", ["24", "25", "1/24", "10#1", "L", "LW"]),
        (
            "day of month",
            [
                "0", "32", "10-32", "31-32", "1/32", "1m", "T", "MON", "4#1", "1-2W", "1,2W", "1W,2W", "1/2W",
                "1-2/2w", "1LW", "L-31", "L-", "L5", "LL", "L,1", "1,L", "15W5", "32W",
            ]
        ),
        ("month", ["0", "13", "1/13", "*/2#", "2#2", "L", "LW", "MON", "JANUARY", "FOO", "ſEP"]),
        (
            "day of week",
            [
                "8", "1/8", "0#", "5#6", "SUN#6", "SUN#050", "0#0", "SUT", "SU0", "SUNDAY", "L", "LW", "5L,1", "1,5L",
                "MON#1,MON#3", "5LW", "JAN",
            ]
        ),
    ]

    @Test("The field, the place and what is wrong there are named", arguments: invalid.indices)
    func invalidFields(index: Int) throws {
        let (field, parts) = Self.invalid[index]
        for part in parts + Self.everywhere {
            var fields = ["*", "*", "*", "*", "*", "*"]
            fields[index] = part
            let text = fields.joined(separator: " ")
            let error = try #require(throws: CronError.self, "\(text)") { try CronExpression(text) }
            #expect(error.code == .invalidField)
            #expect(error.message.hasPrefix("the \(field) field \"\(part)\" of \"\(text)\" is wrong at"), "\(error)")
            guard index > 0 else { continue }
            let shorter = fields.dropFirst().joined(separator: " ")
            let same = try #require(throws: CronError.self, "\(shorter)") { try CronExpression(shorter) }
            #expect(same.message.hasPrefix("the \(field) field \"\(part)\""), "\(same)")
        }
    }

    @Test(
        "Messages say what would be right",
        arguments: [
            (
                "61 * * * *",
                """
                the minute field "61" of "61 * * * *" is wrong at character 1: "61" is not a number from 0 to 59
                """
            ),
            (
                "0 9 * * MON-FRY",
                """
                the day of week field "MON-FRY" of "0 9 * * MON-FRY" is wrong at character 13: \
                "FRY" is not a number from 0 to 7 or a name from SUN to SAT
                """
            ),
            (
                "0 9 1W,15W * *",
                """
                the day of month field "1W,15W" of "0 9 1W,15W * *" is wrong at character 7: ",15W" cannot stand here
                """
            ),
            (
                "0 */ * * *",
                "the hour field \"*/\" of \"0 */ * * *\" is wrong at character 5: a number from 1 to 23 is missing"
            ),
            (
                "0 9 * *",
                """
                "0 9 * *" has 4 fields; it needs 5 (minute, hour, day of month, month, day of week), or 6 with the \
                second before them
                """
            ),
            (
                "@fortnightly",
                """
                "@fortnightly" is none of @annually, @daily, @every_minute, @every_second, @hourly, @midnight, \
                @monthly, @weekly, @yearly, nor, for an entry, @every with a length, such as @every 90s
                """
            ),
            (
                "0 9 30 2 *",
                "\"0 9 30 2 *\" never occurs: no day has its day of month, its month and its day of week together"
            ),
        ]
    )
    func messages(text: String, message: String) throws {
        let error = try #require(throws: CronError.self) { try CronExpression(text) }
        #expect(error.message == message)
        #expect(error.description == "\(error.code): \(message)")
    }

    @Test("A message holds no more than the beginning of a long text")
    func longText() throws {
        for text in [String(repeating: "1,", count: 100_000) + "x * * * *", String(repeating: "* ", count: 100_000)] {
            let error = try #require(throws: CronError.self) { try CronExpression(text) }
            #expect(error.message.count < 500)
        }
    }

    @Test(
        "Anything but 5 or 6 fields is refused",
        arguments: ["", " ", "*", "* * * *", "* * * * * * *", "0 9 * * MON 2026 *", "\u{0}"]
    )
    func fieldCount(text: String) throws {
        let error = try #require(throws: CronError.self) { try CronExpression(text) }
        #expect(error.code == .fieldCount)
    }

    @Test(
        "Macros that do not exist are refused",
        arguments: [
            "@", "@invalid", "@yearl", "@yearly !", "@every_hour", "@everysecond", "@@daily", "@yeannually", "@reboot",
            "@every_minsecond", "@annuall", "@hour", "@daily @daily", "@every 5m",
        ]
    )
    func unknownMacro(text: String) throws {
        let error = try #require(throws: CronError.self) { try CronExpression(text) }
        #expect(error.code == .unknownMacro)
    }

    @Test(
        "An expression that no day fits is refused",
        arguments: [
            "30 2 *", "30-31 2 *", "31 2 *", "31 4 *", "31 6,9,11 *", "L-30 11 *", "L-29 2 *", "L-30 2 *", "1 * SUN#2",
            "7 * SUN#2", "14 * SUN#3", "21 * SUN#4", "1-28 * SUN#5", "8 * MON#1", "31 * THU#4", "21 * 7L", "11 * 0L",
            "L * SUN#1", "L 1 SUN#4", "L 3-12 SUN#4", "L-1 2 SUN#5", "L-2 4 SUN#5", "L-3 * SUN#5", "L-10 * SUN#4",
            "1W * SUN", "5W * SAT", "14W * 6#2", "7W * FRI#2", "14W * TUE#3", "28W * SAT#5", "21W * 0L", "1W * 1L",
            "LW * SUN", "LW * 6", "LW * 6L", "LW * 1#1", "LW 1 4#4", "LW 3-12 4#4", "31W 4 *",
        ]
    )
    func neverOccurs(days: String) throws {
        let error = try #require(throws: CronError.self) { try CronExpression("* * \(days)") }
        #expect(error.code == .neverOccurs)
    }

    @Test(
        "An expression that some day fits is not refused, however rare",
        arguments: ["29 2 *", "29 2 MON", "L 2 SUN#4", "L-28 2 *", "LW 2 4#4", "29W 2 *", "29 2 TUE#5", "31W 1 FRI"]
    )
    func occurs(days: String) throws {
        let expression = try CronExpression("0 0 \(days)")
        #expect(expression.next(after: .init(timeIntervalSince1970: 0), in: .gmt) != nil)
    }
}
