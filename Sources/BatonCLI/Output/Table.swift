/// Rows for people, in aligned columns.
struct Table {
    private var rows: [[String]]
    /// The columns whose values stand at the right.
    private let numbers: Set<Int>

    /// Begins a table.
    ///
    /// - Parameters:
    ///   - titles: The columns' titles.
    ///   - numbers: The columns whose values stand at the right, from 0.
    init(_ titles: [String], numbers: Set<Int> = []) {
        rows = [titles]
        self.numbers = numbers
    }

    /// Adds a row, whatever its texts hold.
    ///
    /// - Parameter values: A value for each column; a column without one is left empty.
    mutating func add(_ values: [String?]) {
        rows.append(values.map { TerminalText.safe($0 ?? "-") })
    }

    /// The table, a line a row.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = row.enumerated().map { column, value in
                let padding = String(repeating: " ", count: widths[column] - value.count)
                return numbers.contains(column) ? padding + value : value + padding
            }
            .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        .joined()
    }
}
