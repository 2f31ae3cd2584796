@testable import Baton

/// An expression made at random, with a meaning that is worked out without the code under test.
struct CronSample {
    let text: String
    /// Whether second, minute or hour has a `*`, a range or a step.
    let isInterval: Bool
    let second: Set<Int>
    let minute: Set<Int>
    let hour: Set<Int>
    let month: Set<Int>
    let isDay: @Sendable (_ day: Int, _ weekday: Int, _ length: Int) -> Bool
}

/// Makes expressions at random.
enum CronSamples {
    private typealias Field = (text: String, values: Set<Int>, isInterval: Bool)
    private typealias Day = (text: String, isDay: @Sendable (_ day: Int, _ weekday: Int, _ length: Int) -> Bool)

    /// An expression that occurs.
    static func expression(using random: inout SeededGenerator) throws -> String {
        try sample(withSeconds: Bool.random(using: &random), using: &random).text
    }

    /// An expression that occurs, and its meaning.
    static func sample(withSeconds: Bool, using random: inout SeededGenerator) throws -> CronSample {
        while true {
            let second: Field = withSeconds ? field(0, 59, using: &random) : ("", [0], false)
            let minute = field(0, 59, using: &random)
            let hour = field(0, 23, using: &random)
            let monthDay = dayOfMonth(using: &random)
            let month = Int.random(in: 0..<4, using: &random) > 0 ? every(1, 12) : field(1, 12, using: &random)
            let weekDay = dayOfWeek(using: &random)
            let fields = [second.text, minute.text, hour.text, monthDay.text, month.text, weekDay.text]
            let sample = CronSample(
                text: fields.filter { !$0.isEmpty }.joined(separator: " "),
                isInterval: second.isInterval || minute.isInterval || hour.isInterval,
                second: second.values,
                minute: minute.values,
                hour: hour.values,
                month: month.values,
                isDay: { monthDay.isDay($0, $1, $2) && weekDay.isDay($0, $1, $2) }
            )
            do {
                _ = try CronExpression(sample.text)
                return sample
            } catch {
                guard error.code == .neverOccurs else { throw error }
            }
        }
    }

    private static func every(_ lowest: Int, _ highest: Int) -> Field {
        ("*", Set(lowest...highest), true)
    }

    private static func field(_ lowest: Int, _ highest: Int, using random: inout SeededGenerator) -> Field {
        func value() -> Int { .random(in: lowest...highest, using: &random) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: return every(lowest, highest)
        case 2:
            let step = Int.random(in: 1...highest / 2, using: &random)
            return ("*/\(step)", Set(stride(from: lowest, through: highest, by: step)), true)
        case 3, 4:
            let value = value()
            return ("\(value)", [value], false)
        default:
            var texts: [String] = []
            var values: Set<Int> = []
            var isInterval = false
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let (first, last) = (value(), value())
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    texts.append("\(first)-\(last)")
                    values.formUnion(walk(first, last, lowest, highest, step: 1))
                    isInterval = true
                case 1:
                    let step = Int.random(in: 1...highest / 2, using: &random)
                    texts.append("\(first)-\(last)/\(step)")
                    values.formUnion(walk(first, last, lowest, highest, step: step))
                    isInterval = true
                default:
                    texts.append("\(first)")
                    values.insert(first)
                }
            }
            return (texts.joined(separator: ","), values, isInterval)
        }
    }

    /// Every nth of the values from one to another, going on at the lowest after the highest.
    private static func walk(_ first: Int, _ last: Int, _ lowest: Int, _ highest: Int, step: Int) -> Set<Int> {
        var values: Set<Int> = []
        var value = first
        var count = 0
        while true {
            if count.isMultiple(of: step) { values.insert(value) }
            if value == last { return values }
            value = value == highest ? lowest : value + 1
            count += 1
        }
    }

    private static func dayOfMonth(using random: inout SeededGenerator) -> Day {
        let number = Int.random(in: 1...31, using: &random)
        let before = Int.random(in: 0...6, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return ("L-\(before)", { day, _, length in day == length - before })
        case 1: return ("L", { day, _, length in day == length })
        case 2: return ("\(number)W", { isNearest($0, $1, $2, to: number) })
        case 3: return ("LW", { isNearest($0, $1, $2, to: $2) })
        case 4: return ("L-\(before)W", { isNearest($0, $1, $2, to: $2 - before) })
        case 5, 6:
            let field = field(1, 31, using: &random)
            return (field.text, { day, _, _ in field.values.contains(day) })
        default: return ("*", { _, _, _ in true })
        }
    }

    private static func dayOfWeek(using random: inout SeededGenerator) -> Day {
        let number = Int.random(in: 0...7, using: &random)
        let ordinal = Int.random(in: 1...5, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return ("\(number)L", { day, weekday, length in weekday == number % 7 && day + 7 > length })
        case 1:
            return ("\(number)#\(ordinal)", { day, weekday, _ in weekday == number % 7 && (day + 6) / 7 == ordinal })
        case 2, 3:
            let field = field(0, 6, using: &random)
            return (field.text, { _, weekday, _ in field.values.contains(weekday) })
        default: return ("*", { _, _, _ in true })
        }
    }

    /// Whether no other day from Monday to Friday in the month is nearer to a day, if the month has that day.
    private static func isNearest(_ day: Int, _ weekday: Int, _ length: Int, to target: Int) -> Bool {
        guard (1...length).contains(target) else { return false }
        let workdays = (1...length).filter { (1...5).contains((weekday + $0 - day + 35) % 7) }
        return workdays.min { abs($0 - target) < abs($1 - target) } == day
    }
}
