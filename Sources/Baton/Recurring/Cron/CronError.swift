/// Why a text is no cron expression.
public struct CronError: Error, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case fieldCount, unknownMacro, invalidField, neverOccurs
        }

        private let value: Value

        /// The text has neither 5 nor 6 fields.
        public static let fieldCount = Code(value: .fieldCount)
        /// The text begins with `@` and is no macro.
        public static let unknownMacro = Code(value: .unknownMacro)
        /// A field cannot be read, or has a value out of its range.
        public static let invalidField = Code(value: .invalidField)
        /// Every field is valid, and no day has them all, such as 30 February.
        public static let neverOccurs = Code(value: .neverOccurs)

        /// The code's name.
        public var description: String {
            value.rawValue
        }
    }

    /// What kind of error it is.
    public let code: Code
    /// What is wrong, where in the text, and what would be right.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String {
        "\(code): \(message)"
    }
}
