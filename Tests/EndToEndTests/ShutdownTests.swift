import Baton
import EndToEndSupport
import Testing

@Suite("Graceful shutdown", .timeLimit(.minutes(15)))
struct ShutdownTests {
    let board = Board()

    @Test("Running jobs end, long ones are put back without an attempt spent, waiting ones go to another server")
    func shutdown() async throws {
        try await withBaton { lab in
            var configuration = JobServerConfiguration()
            configuration.concurrency = 2
            configuration.lookAhead = 10
            // The short one is let go within this, after looks at the broker that take their time beside other tests.
            configuration.shutdownTimeout = .seconds(60)
            configuration.cancellationTimeout = .seconds(60)
            let (short, long, waiting) = try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { server in
                let short = try await lab.jobs.enqueue(TestJobs.$hold("short"))
                let long = try await lab.jobs.enqueue(TestJobs.$hold("long"))
                try await board.arrival(of: "short").wait()
                try await board.arrival(of: "long").wait()
                // Delivered ahead, but there is no thread for them.
                let waiting = try await lab.jobs.enqueue(contentsOf: (0..<5).map { TestJobs.$echo("\($0)") })
                try await eventually("they are at the server") {
                    try await lab.wakeUps(in: "default") == 0
                }
                await server.beginStop()
                try await eventually("they are back in the queue") {
                    try await lab.wakeUps(in: "default") == 5
                }
                board.release(of: "short").open()
                try await board.arrival(of: "long cancelled").wait()
                try await server.stop()
                return (short, long, waiting)
            }
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.servers") == 0)
            #expect(try await short.result() == "short in run 1")
            let putBack = try #require(try await long.status())
            #expect([.scheduled, .enqueued].contains(putBack.state))
            #expect((putBack.run, putBack.attempt) == (1, 0))
            #expect(try await long.history().contains { $0.reason?.contains("stopping") == true })
            for handle in waiting {
                #expect(try await lab.path(of: handle.id) == "enqueued")
            }

            board.release(of: "long").open()
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await lab.wait(until: 7, are: .succeeded)
            }
            #expect(try await long.result() == "long in run 2")
            #expect(try await long.status()?.attempt == 1)
            #expect(board.echoes == Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0)", 1) }))
        }
    }

    @Test("A job put back is taken by a server that runs beside the stopping one")
    func handOver() async throws {
        try await withBaton { lab in
            var configuration = JobServerConfiguration()
            configuration.concurrency = 4
            configuration.shutdownTimeout = .zero
            configuration.cancellationTimeout = .seconds(60)
            configuration.schedulePollInterval = .seconds(3600)
            let other = lab.makeNode()
            try await other.running {
                try await lab.withServer(configuration: configuration) {
                    TestJobs(board: board)
                } while: { stopping in
                    let held = try await lab.jobs.enqueue(contentsOf: (0..<4).map { TestJobs.$hold("\($0)") })
                    for index in 0..<4 {
                        try await board.arrival(of: "\(index)").wait()
                    }
                    try await lab.withServer(on: other, configuration: configuration) {
                        TestJobs(board: board)
                    } while: { _ in
                        try await stopping.stop()
                        for index in 0..<4 {
                            board.release(of: "\(index)").open()
                        }
                        try await lab.wait(until: 4, are: .succeeded)
                    }
                    for handle in held {
                        let job = try await handle.status()
                        #expect(job?.attempt == 1)
                        #expect(job?.run == 2)
                    }
                }
            }
        }
    }

    @Test("What a client has stored last is published before it ends")
    func flush() async throws {
        try await withBaton { lab in
            let producer = lab.makeNode()
            let handles = try await producer.running {
                try await producer.jobs.enqueue(contentsOf: (0..<500).map { TestJobs.$echo("\($0)") })
            }
            #expect(try await lab.wakeUps(in: "default") == 500)
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await lab.wait(until: 500, are: .succeeded)
            }
            try await lab.checkEachRanOnce(handles.map(\.id))
        }
    }
}
