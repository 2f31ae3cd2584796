import Baton

/// Finds the demonstration's jobs by name, for calls that come as text.
struct DemoCatalog {
    /// Turns arguments, a JSON object, into a call.
    typealias Reader = @Sendable (JSONText) throws(JobError) -> any JobCall

    private let readers: [String: Reader]

    init() {
        let entries = [
            Self.entry(DemoJobs.$echo),
            Self.entry(DemoJobs.$sleep),
            Self.entry(DemoJobs.$fail),
            Self.entry(DemoJobs.$checksum),
            Self.entry(DemoJobs.$progress),
            Self.entry(DemoJobs.$exit),
        ]
        readers = Dictionary(uniqueKeysWithValues: entries)
    }

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - name: The job's name.
    ///   - arguments: A JSON object keyed by parameter name.
    /// - Returns: The call.
    /// - Throws: ``DemoError``.
    func call(_ name: String, _ arguments: String) throws(DemoError) -> any JobCall {
        guard let read = readers[name] else {
            let names = readers.keys.sorted().joined(separator: ", ")
            throw DemoError(.unknownJob, "There is no job “\(name)”. There are: \(names).")
        }
        do throws(JobError) {
            return try read(JSONText(arguments))
        } catch {
            throw DemoError(.invalidArguments, error.message, underlyingError: error)
        }
    }

    /// Only the factory's type matters: it names the call.
    private static func entry<each Argument, Call: JobCall>(
        _ factory: (repeat each Argument) -> Call
    ) -> (String, Reader) {
        (Call.name, { (arguments) throws(JobError) in try JobArgumentsCoder.decode(Call.self, from: arguments) })
    }
}
