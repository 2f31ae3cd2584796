import Foundation

extension Comparison {
    /// The comparison for people.
    var table: String {
        let places = contest.figure == .jobsPerSecond ? 0 : 3
        let unit = contest.figure == .jobsPerSecond ? "jobs/s" : "ms p50"
        var lines = ["\(contest.name): \(report.jobs) jobs, \(unit)"]
        func line(_ name: String, _ figures: Spread?, _ rest: String) {
            let columns = [
                name.padding(toLength: 18, withPad: " ", startingAt: 0),
                (figures?.text(places: places) ?? "-").padding(toLength: 30, withPad: " ", startingAt: 0), rest,
            ]
            lines.append("  " + columns.joined(separator: " "))
        }
        line("Baton", report[contest.figure], "")
        for rival in rivals {
            let ratio = rival.ratio.map { "Baton by it \($0.text(places: 2)), to be \(rival.goal)" } ?? "not comparable"
            let verdict = rival.isGoalMet.map { $0 ? ": met" : ": MISSED" } ?? ""
            line(rival.name, Spread(rival.figures), ratio + verdict)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The comparison for programs.
    var json: JSONValue {
        .object([
            "name": .string(contest.name),
            "figure": .string(contest.figure.rawValue),
            "baton": report.json,
            "rivals": .array(rivals.map(\.json)),
        ])
    }
}

extension Comparison.Rival {
    fileprivate var json: JSONValue {
        .object([
            "name": .string(name),
            "figure": Spread(figures)?.json ?? .null,
            "ratio": ratio?.json ?? .null,
            "goal": .string("\(goal)"),
            "is_goal_met": isGoalMet.map(JSONValue.bool) ?? .null,
        ])
    }
}

extension Spread {
    fileprivate var json: JSONValue {
        .object([
            "median": .number(median.rounded(toPlaces: 4)),
            "min": .number(minimum.rounded(toPlaces: 4)),
            "max": .number(maximum.rounded(toPlaces: 4)),
        ])
    }
}

extension Contest.Goal: CustomStringConvertible {
    var description: String {
        switch self {
        case .atLeast(let bound): "≥ \(bound)"
        case .atMost(let bound): "≤ \(bound)"
        }
    }
}
