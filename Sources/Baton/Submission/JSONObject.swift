/// A JSON object that comes from outside, read once from end to end: what passes is JSON that every storage can keep.
///
/// Without recursion: the sender decides how deep it goes.
package struct JSONObject: Sendable {
    /// A member of the object.
    package struct Member: Sendable {
        /// The key, without escapes.
        package var key: String
        /// Where in the text its value is, in bytes.
        package var value: Range<Int>
    }

    /// How deep arrays and objects may lie in one another.
    package static let maximumDepth = 200
    /// How many characters a number may have.
    package static let maximumDigits = 5_000
    /// How large an exponent may be: what PostgreSQL's `numeric` takes.
    package static let maximumExponent = 10_000

    /// The text.
    package let text: [UInt8]
    /// The members in their order; a key may come twice.
    package let members: [Member]

    /// Reads an object.
    ///
    /// - Parameter text: The text.
    /// - Throws: ``SubmissionReject`` when it is none that can be kept.
    package init(_ text: [UInt8]) throws(SubmissionReject) {
        guard String(validating: text, as: UTF8.self) != nil else {
            throw SubmissionReject(.invalidJSON, "The JSON is not valid UTF-8.")
        }
        var reader = JSONReader(text)
        members = try reader.readObject()
        self.text = text
    }

    /// The last member of a name.
    ///
    /// - Parameter key: The name.
    /// - Returns: The text of its value.
    package subscript(key: String) -> ArraySlice<UInt8>? {
        members.last { $0.key.utf8.elementsEqual(key.utf8) }.map { text[$0.value] }
    }

    /// A member that is a string.
    ///
    /// - Parameter key: The name.
    /// - Returns: The string, without escapes; `nil` when there is none, or it is something else.
    package func string(_ key: String) -> String? {
        guard let value = self[key], value.first == UInt8(ascii: "\"") else { return nil }
        return JSONReader.unescaped(value.dropFirst().dropLast())
    }
}
