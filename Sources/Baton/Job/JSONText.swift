/// JSON as UTF-8 text: a job's arguments, or its result.
///
/// The text is kept as it is. Nothing here parses it, so that a row written by another program can still be shown and
/// moved when it does not decode.
public struct JSONText: Sendable, Hashable {
    /// The JSON.
    public var text: String

    /// Wraps JSON text without looking at it.
    ///
    /// - Parameter text: The JSON.
    public init(_ text: String) {
        self.text = text
    }
}

extension JSONText {
    /// The arguments of a call that has none.
    public static let emptyObject = JSONText("{}")
}
