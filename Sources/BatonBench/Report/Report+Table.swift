import Foundation

extension Report {
    /// The report for people: a heading, the figures, and what was set.
    var table: String {
        var lines = [
            "\(name): \(jobs) jobs\(runs.count > 1 ? ", median [smallest .. largest] of \(runs.count) runs" : "")"
        ]
        func add(_ label: String, _ text: String?) {
            guard let text else { return }
            lines.append("  " + label.padding(toLength: 23, withPad: " ", startingAt: 0) + text)
        }
        add("jobs/s", text(.jobsPerSecond, places: 0))
        add("seconds", text(.seconds, places: 3))
        add("jobs/s until published", text(.publishedPerSecond, places: 0))
        add("due to call, ms", latencies([.callP50, .callP99]))
        add("due to return, ms", latencies([.returnP50, .returnP99]))
        add("call to start, ms", latencies([.startSinceCallP50, .startSinceCallP99]))
        add("due to start, ms", latencies([.startP50, .startP90, .startP99, .startP999, .startMax]))
        add("due to recorded, ms", latencies([.finishP50, .finishP90, .finishP99, .finishP999, .finishMax]))
        add("outage, to return, ms", latencies([.outageReturnP50, .outageReturnP99, .outageReturnMax]))
        add("outage, to start, ms", latencies([.outageStartP50, .outageStartP99, .outageStartMax]))
        add("enqueues stored", text(.enqueuesStored, places: 0))
        add("enqueues failed", text(.enqueuesFailed, places: 0))
        add("jobs lost", text(.jobsLost, places: 0))
        add("stored twice", text(.storedTwice, places: 0))
        add("run more than once", text(.startedTwice, places: 0))
        add("ended twice", text(.endedTwice, places: 0))
        add("occurrences due", text(.occurrencesDue, places: 0))
        add("made", text(.occurrencesMade, places: 0))
        add("made more than once", text(.occurrencesDoubled, places: 0))
        add("missing", text(.occurrencesMissing, places: 0))
        add("due while all were up", text(.upCount, places: 0))
        add("of those, to start, ms", latencies([.upStartP50, .upStartP99, .upStartMax]))
        add("enqueued, to start, ms", latencies([.enqueuedStartP50, .enqueuedStartP99]))
        add("p50 by enqueued's", text(.submissionRatio, places: 2))
        add("submissions taken", text(.submissionsTaken, places: 0))
        add("submissions refused", text(.submissionsRefused, places: 0))
        add("MB, second quarter", text(.earlyMemory, places: 1))
        add("MB, last quarter", text(.lateMemory, places: 1))
        add("passes", text(.reconcilePasses, places: 0))
        add("statements/pass", text(.passStatements, places: 1))
        add("rows read/pass", text(.passRows, places: 0))
        add("survey, ms", latencies([.surveyP50, .surveyMax]))
        add("look for the old, ms", latencies([.lookP50, .lookMax]))
        add("seconds to count", text(.retentionCounting, places: 3))
        add("longest step, ms", text(.retentionLongest, places: 1))
        add("seconds, files gone", text(.retentionFiles, places: 3))
        add("backlog, table MB", text(.backlogTable, places: 1))
        add("backlog, indexes MB", text(.backlogIndexes, places: 1))
        add("at rest, table MB", text(.restingTable, places: 1))
        add("at rest, indexes MB", text(.restingIndexes, places: 1))
        add("at rest after, s", text(.restingAfter, places: 1))
        add("CPU µs/job PostgreSQL", text(.postgresMicroseconds, places: 1))
        add("CPU µs/job RabbitMQ", text(.rabbitmqMicroseconds, places: 1))
        add("CPU µs/job Baton", text(.batonMicroseconds, places: 1))
        add("WAL bytes/job", text(.walBytes, places: 0))
        add("statements/job", text(.statements, places: 4))
        add("resident peak, MB", text(.peakMemory, places: 1))
        add("resident at end, MB", text(.memory, places: 1))
        add(
            "settings",
            settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.plainText)" }.joined(separator: " ")
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(_ figure: Figure, places: Int) -> String? {
        self[figure]?.text(places: places)
    }

    private func latencies(_ figures: [Figure]) -> String? {
        let parts = figures.compactMap { figure in
            let name = figure.rawValue.split(separator: ".").last ?? ""
            return text(figure, places: 3).map { "\(name) \($0)" }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "  ")
    }
}

extension Spread {
    /// The median, and the range where there is one.
    ///
    /// - Parameter places: Digits after the point.
    /// - Returns: Text for people.
    func text(places: Int) -> String {
        func text(_ value: Double) -> String { String(format: "%.\(places)f", value) }
        return minimum == maximum ? text(median) : "\(text(median)) [\(text(minimum)) .. \(text(maximum))]"
    }
}

extension JSONValue {
    /// The value for people.
    var plainText: String {
        switch self {
        case .null: "-"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .array(let values): values.map(\.plainText).joined(separator: ",")
        case .object(let members): members.map { "\($0.key):\($0.value.plainText)" }.sorted().joined(separator: ",")
        }
    }
}
