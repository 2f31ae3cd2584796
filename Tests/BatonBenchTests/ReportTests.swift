import Testing

@testable import BatonBench

@Suite("Report")
struct ReportTests {
    private func figures(_ values: [Figure: Double]) -> Figures {
        var figures = Figures()
        for (figure, value) in values {
            figures[figure] = value
        }
        return figures
    }

    private func members(_ value: JSONValue?) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return members
    }

    @Test("The JSON has the keys that are promised, whatever was measured", arguments: [[], Figure.allCases])
    func keys(measured: [Figure]) {
        var report = Report(name: "drain", jobs: 5, settings: ["queue_type": .string("quorum")])
        report.add(figures(Dictionary(uniqueKeysWithValues: measured.map { ($0, 1) })))
        let object = members(report.json)
        #expect(
            Set(object.keys) == [
                "name", "jobs", "seconds", "jobs_per_second", "start_ms", "finish_ms", "cpu_us_per_job",
                "wal_bytes_per_job", "statements_per_job", "rss_mb", "settings",
            ]
        )
        #expect(Set(members(object["cpu_us_per_job"]).keys) == ["postgres", "rabbitmq", "baton"])
        let percentiles: Set = ["p50", "p90", "p99", "p999", "max"]
        #expect(Set(members(object["start_ms"]).keys) == (measured.isEmpty ? [] : percentiles))
        #expect(Set(members(object["finish_ms"]).keys) == (measured.isEmpty ? [] : percentiles))
        #expect(members(object["settings"])["queue_type"] == .string("quorum"))
        #expect(members(object["settings"])["ranges"] == nil, "one run has no range")
    }

    @Test("Several runs are reported by their medians, with their ranges among the settings")
    func medians() throws {
        var report = Report(name: "drain", jobs: 5, settings: [:])
        for (rate, wal) in [(30.0, 1.0), (10, 2), (20, 3)] {
            report.add(figures([.jobsPerSecond: rate, .walBytes: wal]))
        }
        #expect(report.json.number(at: "jobs_per_second") == 20)
        #expect(report.json.number(at: "wal_bytes_per_job") == 2)
        #expect(report.json.number(at: "seconds") == nil)
        #expect(report.json.number(at: "settings.repeat") == 3)
        let ranges = members(members(members(report.json)["settings"])["ranges"])
        #expect(ranges["jobs_per_second"] == .array([.number(10), .number(30)]))
        #expect(report.table.contains("20 [10 .. 30]"))
    }

    @Test("The median is the middle of an odd number, and the mean of the two middle ones of an even number")
    func spread() {
        #expect(Spread([3, 1, 2]) == Spread(median: 2, minimum: 1, maximum: 3))
        #expect(Spread([4, 1, 2, 10])?.median == 3)
        #expect(Spread([]) == nil)
    }

    @Test("A path makes the objects on its way and keeps what is there")
    func path() throws {
        var value = JSONValue.object(["a": .object(["b": .integer(1)])])
        value.set(.number(2.5), at: ["a", "c"])
        value.set(.bool(true), at: ["d", "e"])
        #expect(try value.line() == #"{"a":{"b":1,"c":2.5},"d":{"e":true}}"#)
        #expect(value.number(at: "a.b") == 1)
        #expect(value.number(at: "a") == nil)
        #expect(value.number(at: "d.e") == nil)
    }
}
