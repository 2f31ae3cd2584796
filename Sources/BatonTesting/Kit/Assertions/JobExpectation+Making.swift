import Baton

extension JobExpectation {
    /// Asks for a call with all of its arguments.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - queue: The queue; any when it is `nil`.
    ///   - due: When it is to become due; any time when it is `nil`.
    /// - Throws: `JobError` for a call that cannot be stored.
    init<Call: JobCall>(_ call: Call, _ queue: String?, _ due: Due?) throws(JobError) {
        let arguments = try JobArgumentsCoder.encode(call)
        self.init(name: Call.name, arguments: .equal(JSONValue(arguments) ?? .null), queue: queue, due: due)
    }

    /// Asks for a job of a name with some of its arguments.
    ///
    /// - Parameters:
    ///   - name: The stored name.
    ///   - arguments: The arguments that count.
    ///   - queue: The queue; any when it is `nil`.
    ///   - due: When it is to become due; any time when it is `nil`.
    /// - Throws: `JobError` for an argument that has no JSON form.
    init(_ name: String, _ arguments: [String: any Encodable], _ queue: String?, _ due: Due?) throws(JobError) {
        var values: [String: JSONValue] = [:]
        for (key, argument) in arguments {
            values[key] = JSONValue(try JobArgumentsCoder.encode(output: argument, of: name)) ?? .null
        }
        self.init(name: name, arguments: .containing(values), queue: queue, due: due)
    }
}
