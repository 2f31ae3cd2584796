#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns a call's arguments into JSON text and back, and its result into JSON text.
///
/// The form is the contract with rows and producers: an object keyed by parameter name, dates as RFC 3339 in UTC, `Data`
/// as base64, keys sorted so that equal arguments are equal text.
package enum JobArgumentsCoder {
    /// The most bytes of JSON the arguments of one job may take, unless configured otherwise: 1 MiB.
    package static let defaultMaximumBytes = 1_048_576

    /// Writes a call's arguments down.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - maximumBytes: The most bytes of JSON the arguments may take.
    /// - Returns: A JSON object.
    /// - Throws: ``JobError`` when the arguments have no JSON form, are too large, or hold text PostgreSQL cannot store.
    package static func encode<Call: JobCall>(
        _ call: Call,
        maximumBytes: Int = defaultMaximumBytes
    ) throws(JobError) -> JSONText {
        let text: String
        do {
            text = String(decoding: try encoder.encode(call), as: UTF8.self)
        } catch {
            throw JobError(
                .argumentsNotEncodable,
                "The arguments of “\(Call.name)” have no JSON form: \(Self.message(for: error)).",
                underlyingError: error
            )
        }
        guard text.utf8.first == UInt8(ascii: "{") else {
            throw JobError(
                .argumentsNotEncodable,
                "The arguments of “\(Call.name)” must be a JSON object keyed by parameter name; “\(Call.self)” encodes itself otherwise."
            )
        }
        guard text.utf8.count <= maximumBytes else {
            throw JobError(
                .argumentsTooLarge,
                """
                The arguments of “\(Call.name)” take \(text.utf8.count) bytes of JSON; at most \(maximumBytes) are \
                allowed. Store large data elsewhere and pass a reference.
                """
            )
        }
        if let place = UnstorableText.find(in: text) {
            throw JobError(
                .unstorableText,
                "The arguments of “\(Call.name)” hold the character U+0000 \(place), which PostgreSQL cannot store."
            )
        }
        return JSONText(text)
    }

    /// Reads a call back from stored arguments.
    ///
    /// Keys that name no parameter are ignored: a newer producer may know more parameters than this code.
    ///
    /// - Parameters:
    ///   - type: The call's type.
    ///   - arguments: A JSON object.
    /// - Returns: The call.
    /// - Throws: ``JobError`` with the code ``JobError/Code/argumentsUndecodable``, naming the parameter.
    package static func decode<Call: JobCall>(
        _ type: Call.Type,
        from arguments: JSONText
    ) throws(JobError) -> Call {
        let whitespace: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard arguments.text.utf8.first(where: { !whitespace.contains($0) }) == UInt8(ascii: "{") else {
            throw JobError(
                .argumentsUndecodable,
                "The arguments of “\(Call.name)” are not a JSON object keyed by parameter name."
            )
        }
        do {
            return try decoder.decode(type, from: Data(arguments.text.utf8))
        } catch {
            throw JobError(
                .argumentsUndecodable,
                "The arguments of “\(Call.name)” do not fit: \(Self.message(for: error)).",
                underlyingError: error
            )
        }
    }

    /// Writes a job's result down.
    ///
    /// - Parameters:
    ///   - output: The result.
    ///   - name: The job's name, for the error's message.
    /// - Returns: JSON; any value, not only an object.
    /// - Throws: ``JobError`` when the result has no JSON form or holds text PostgreSQL cannot store.
    package static func encode<Output: Encodable>(
        output: Output,
        of name: String
    ) throws(JobError) -> JSONText {
        let text: String
        do {
            text = String(decoding: try encoder.encode(output), as: UTF8.self)
        } catch {
            throw JobError(
                .outputNotEncodable,
                "The result of “\(name)” has no JSON form: \(Self.message(for: error)).",
                underlyingError: error
            )
        }
        if let place = UnstorableText.find(in: text) {
            throw JobError(
                .unstorableText,
                "The result of “\(name)” holds the character U+0000 \(place), which PostgreSQL cannot store."
            )
        }
        return JSONText(text)
    }

    /// Reads a job's result back.
    ///
    /// - Parameters:
    ///   - type: The result's type.
    ///   - result: JSON.
    /// - Returns: The result.
    /// - Throws: ``JobError`` with the code ``JobError/Code/outputUndecodable``.
    package static func decode<Output: Decodable>(
        output type: Output.Type,
        from result: JSONText
    ) throws(JobError) -> Output {
        do {
            return try decoder.decode(type, from: Data(result.text.utf8))
        } catch {
            throw JobError(
                .outputUndecodable,
                "The stored result is no \(type): \(Self.message(for: error)).",
                underlyingError: error
            )
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dataEncodingStrategy = .base64
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            guard let text = RFC3339.text(date) else {
                throw EncodingError.invalidValue(
                    date,
                    EncodingError.Context(
                        codingPath: encoder.codingPath,
                        debugDescription: "The date is outside the years 0 to 9999"
                    )
                )
            }
            try container.encode(text)
        }
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = RFC3339.date(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "Expected an RFC 3339 date with an offset, such as 2026-03-01T09:30:00Z"
                )
            }
            return date
        }
        return decoder
    }()
}
