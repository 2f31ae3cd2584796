import Foundation

/// All runs of one scenario.
struct Report: Sendable {
    /// The scenario.
    let name: String
    /// How many jobs each run had.
    let jobs: Int
    private(set) var settings: [String: JSONValue]
    private(set) var runs: [Figures]

    init(name: String, jobs: Int, settings: [String: JSONValue]) {
        self.name = name
        self.jobs = jobs
        self.settings = settings
        self.runs = []
    }

    mutating func add(_ run: Figures) {
        runs.append(run)
        settings.merge(run.findings) { _, new in new }
    }

    /// A figure over all runs; `nil` when it was not measured.
    subscript(figure: Figure) -> Spread? {
        Spread(runs.compactMap { $0[figure] })
    }

    /// One object with the medians, and with the ranges among the settings when there was more than one run.
    var json: JSONValue {
        var settings = settings
        settings["repeat"] = .integer(runs.count)
        var object = JSONValue.object([
            "name": .string(name), "jobs": .integer(jobs), "settings": .object(settings),
            // Not measured: there, and null.
            "start_ms": .null, "finish_ms": .null, "rss_mb": .null,
        ])
        for figure in Figure.allCases {
            let path = figure.rawValue.split(separator: ".")
            guard let spread = self[figure] else {
                if !["start_ms", "finish_ms", "rss_mb", "settings"].contains(path[0]) {
                    object.set(.null, at: path)
                }
                continue
            }
            object.set(.number(spread.median.rounded(toPlaces: 4)), at: path)
            if runs.count > 1 {
                let range = [spread.minimum, spread.maximum].map { JSONValue.number($0.rounded(toPlaces: 4)) }
                object.set(.array(range), at: ["settings", "ranges"] + [Substring(figure.rawValue)])
            }
        }
        return object
    }
}

extension Double {
    /// The nearest number with so many digits after the point.
    func rounded(toPlaces places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}
