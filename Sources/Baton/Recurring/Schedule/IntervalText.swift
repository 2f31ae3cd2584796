/// How long there is from one occurrence to the next, as text: `90s`, `1h30m`, `1500ms`.
enum IntervalText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Writes a length.
    ///
    /// - Parameter interval: The length; what is below a millisecond is dropped.
    /// - Returns: The text, in whole seconds or else in milliseconds.
    static func text(_ interval: Duration) -> String {
        let milliseconds = interval.microseconds / 1000
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// Reads a length.
    ///
    /// - Parameter text: Numbers, each with its unit: `ms`, `s`, `m`, `h` or `d`.
    /// - Returns: The length; `nil` when the text is something else.
    static func interval(_ text: String) -> Duration? {
        var (rest, sum) = (text[...], Int64(0))
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits), let length = units.first(where: { $0.name == unit })?.milliseconds else {
                return nil
            }
            let part = number.multipliedReportingOverflow(by: length)
            let total = sum.addingReportingOverflow(part.partialValue)
            guard !part.overflow, !total.overflow else { return nil }
            sum = total.partialValue
        } while !rest.isEmpty
        return .milliseconds(sum)
    }
}
