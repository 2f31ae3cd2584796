import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a test asks of a job that waits to be run.
struct JobExpectation: Sendable {
    /// Arguments, whole or in part.
    enum Arguments {
        /// These, and no others.
        case equal(JSONValue)
        /// These, and whatever others.
        case containing([String: JSONValue])
    }

    /// A moment, more or less.
    struct Due {
        let date: Date
        let tolerance: Duration
    }

    /// A way in which a job is not the expected one.
    struct Difference {
        /// How far it is from being the same.
        let weight: Int
        let text: String
    }

    let name: String
    let arguments: Arguments
    let queue: String?
    let due: Due?

    /// How a job differs from this.
    ///
    /// - Parameter job: The job.
    /// - Returns: The differences; none when it is as expected.
    func differences(from job: JobSnapshot) -> [Difference] {
        var differences: [Difference] = []
        if job.name != name {
            differences.append(Difference(weight: 1_000, text: "it is another job"))
        } else {
            differences += argumentDifferences(from: job)
        }
        if let queue, job.queue != queue {
            differences.append(Difference(weight: 10, text: "its queue is “\(job.queue)”, not “\(queue)”"))
        }
        if !job.waits {
            differences.append(Difference(weight: 10, text: "it does not wait to be run"))
        } else if let difference = due?.difference(from: job) {
            differences.append(difference)
        }
        return differences
    }

    private func argumentDifferences(from job: JobSnapshot) -> [Difference] {
        guard case .object(let given) = JSONValue(job.arguments) else {
            return [Difference(weight: 100, text: "its arguments are no JSON object")]
        }
        let wanted: [String: JSONValue]
        let isWhole: Bool
        switch arguments {
        case .equal(.object(let values)): (wanted, isWhole) = (values, true)
        case .equal: (wanted, isWhole) = ([:], true)
        case .containing(let values): (wanted, isWhole) = (values, false)
        }
        return Set(wanted.keys).union(given.keys).sorted().compactMap { key in
            switch (wanted[key], given[key]) {
            case (let wanted?, let given?):
                guard isWhole ? wanted != given : !wanted.isContained(in: given) else { return nil }
                return Difference(weight: 20, text: "“\(key)” is \(given), not \(wanted)")
            case (let wanted?, nil):
                return Difference(weight: 20, text: "“\(key)” is missing, not \(wanted)")
            case (nil, let given?):
                return isWhole ? Difference(weight: 20, text: "“\(key)” is \(given), not missing") : nil
            case (nil, nil):
                return nil
            }
        }
    }
}

extension JobExpectation: CustomStringConvertible {
    /// The job that is asked for.
    var description: String {
        var text = name
        switch arguments {
        case .equal(let value): text += " \(value)"
        case .containing(let values): text += values.isEmpty ? "" : " with \(JSONValue.object(values))"
        }
        if let queue { text += " in “\(queue)”" }
        if let due { text += ", due at \(due)" }
        return text
    }
}

extension JobExpectation.Due: CustomStringConvertible {
    /// How a job's due time differs.
    ///
    /// - Parameter job: A job that waits to be run.
    /// - Returns: The difference, or `nil` when the job is due in time.
    func difference(from job: JobSnapshot) -> JobExpectation.Difference? {
        guard let scheduledAt = job.scheduledAt else {
            return JobExpectation.Difference(weight: 10, text: "it is to run at once, not at \(self)")
        }
        let seconds = scheduledAt.timeIntervalSince(date)
        guard seconds.magnitude > tolerance / .seconds(1) else { return nil }
        let distance = Duration.seconds(seconds.magnitude).formatted
        return JobExpectation.Difference(
            weight: 5,
            text: "it is due \(distance) too \(seconds > 0 ? "late" : "early")"
        )
    }

    /// The moment, as arguments have it.
    var description: String {
        RFC3339.text(date) ?? "\(date)"
    }
}
