/// Reads cron expressions, by the grammar of Cronos (Hangfire's parser) without its `H`.
enum CronParser {
    private static let macros = [
        "@every_second": "* * * * * *", "@every_minute": "* * * * *", "@hourly": "0 * * * *", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    ]

    /// Reads an expression.
    ///
    /// - Parameter text: The expression, without white space around it.
    /// - Returns: What it means.
    /// - Throws: A ``CronError``.
    static func schedule(_ text: String) throws(CronError) -> CronSchedule {
        let schedule = try schedule(ofFields: text.hasPrefix("@") ? fields(ofMacro: text) : text)
        guard schedule.occurs else {
            throw CronError(
                .neverOccurs,
                "\"\(text.excerpt)\" never occurs: no day has its day of month, its month and its day of week together"
            )
        }
        return schedule
    }

    private static func fields(ofMacro text: String) throws(CronError) -> String {
        if let fields = macros[text.lowercased()] { return fields }
        let known = macros.keys.sorted().joined(separator: ", ")
        throw CronError(
            .unknownMacro,
            "\"\(text.excerpt)\" is none of \(known), nor, for an entry, @every with a length, such as @every 90s"
        )
    }

    private static func schedule(ofFields text: String) throws(CronError) -> CronSchedule {
        var parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 5 || parts.count == 6 else {
            throw CronError(
                .fieldCount,
                """
                "\(text.excerpt)" has \(parts.count == 1 ? "1 field" : "\(parts.count) fields"); it needs 5 (minute, \
                hour, day of month, month, day of week), or 6 with the second before them
                """
            )
        }
        if parts.count == 5 { parts.insert("0", at: 0) }
        var second = CronScanner(.second, parts[0], of: text)
        var minute = CronScanner(.minute, parts[1], of: text)
        var hour = CronScanner(.hour, parts[2], of: text)
        var dayOfMonth = CronScanner(.dayOfMonth, parts[3], of: text)
        var month = CronScanner(.month, parts[4], of: text)
        var dayOfWeek = CronScanner(.dayOfWeek, parts[5], of: text)
        return CronSchedule(
            seconds: try second.set(),
            minutes: try minute.set(),
            hours: try hour.set(),
            daysOfMonth: try dayOfMonth.daysOfMonth(),
            months: try month.set(),
            daysOfWeek: try dayOfWeek.daysOfWeek(),
            isInterval: second.isInterval || minute.isInterval || hour.isInterval
        )
    }
}
