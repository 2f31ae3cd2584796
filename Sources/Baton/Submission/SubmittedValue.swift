/// The value of a header of a submission.
public enum SubmittedValue: Sendable, Hashable {
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// Any number.
    case number(Double)
    /// Text.
    case text(String)
    /// A time, in seconds since 1970.
    case time(UInt64)
    /// Nothing.
    case none
    /// An array, a table, bytes that are no text, or what could not be read.
    case unreadable

    /// The text, where it is one.
    var asText: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The number, where it is a whole one.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// About how many bytes it takes.
    var size: Int {
        if case .text(let text) = self { text.utf8.count } else { 8 }
    }
}
