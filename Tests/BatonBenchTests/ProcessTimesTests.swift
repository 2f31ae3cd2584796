import Foundation
import Testing

@testable import BatonBench

@Suite("Processor time")
struct ProcessTimesTests {
    private func stat(_ name: String, parent: Int, _ times: [Int]) -> String {
        "42 (\(name)) S \(parent) 42 42 0 -1 4194304 100 0 0 0 \(times.map(String.init).joined(separator: " ")) 20 0 1 0 99"
    }

    @Test("A line of /proc/<pid>/stat is read, whatever the process is called")
    func reads() throws {
        let times = try #require(ProcessTimes(stat: stat("odd) name (1", parent: 7, [10, 20, 300, 4_000])))
        #expect(times.name == "odd) name (1")
        #expect(times.parent == 7)
        #expect(times.own == 30)
        #expect(times.reaped == 4_300)
    }

    @Test("Something else is no line of it", arguments: ["", "42 name S 1", "42 (name", "42 (name) S 1 2 3"])
    func refuses(text: String) {
        #expect(ProcessTimes(stat: text) == nil)
    }

    @Test("A family is the process, its children, and those of them that have ended")
    func family() throws {
        let head = try #require(ProcessTimes(stat: stat("postgres", parent: 1, [1, 2, 10, 20])))
        let child = try #require(ProcessTimes(stat: stat("postgres", parent: 5, [100, 200, 7, 7])))
        let other = try #require(ProcessTimes(stat: stat("beam", parent: 1, [5_000, 0, 0, 0])))
        let all: [Int32: ProcessTimes] = [5: head, 6: child, 7: child, 8: other]
        #expect(ProcessorMeter.family(of: 5, in: all) == 3 + 30 + 300 + 300)
        #expect(ProcessorMeter.family(of: 9, in: all) == nil)
    }

    @Test("What is not known stays unknown")
    func unknown() {
        let before = ProcessorTime(postgres: 1, rabbitmq: nil, baton: 2)
        let after = ProcessorTime(postgres: 1.5, rabbitmq: 3, baton: 4)
        #expect(after - before == ProcessorTime(postgres: 0.5, rabbitmq: nil, baton: 2))
        let meter = ProcessorMeter(postmaster: nil, broker: -1)
        let reading = meter.read()
        #expect(reading.postgres == nil)
        #expect(reading.rabbitmq == nil)
        #expect(reading.baton > 0)
    }

    @Test("Memory is read in MB")
    func memory() throws {
        let text = "Name:\tbench\nVmHWM:\t  20480 kB\nVmRSS:\t  10240 kB\nThreads:\t3\n"
        let memory = try #require(ResidentMemory(status: text))
        #expect(memory.peak == 20)
        #expect(memory.now == 10)
        #expect(ResidentMemory(status: "Name:\tbench\n") == nil)
    }
}
