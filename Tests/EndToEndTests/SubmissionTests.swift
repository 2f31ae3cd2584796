import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import RabbitMQClient
import Testing

/// Jobs that other programs publish to the broker (PROTOCOL move 8, WIRE.md section 1).
@Suite("Submissions", .timeLimit(.minutes(15)))
struct SubmissionTests {
    let board = Board()

    @Test("What is published is a job that runs once, however often it is published")
    func once() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking()) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withProducer { producer in
                    let messages = (0..<60).map { producer.message("m\($0)", "number \($0)") }
                    try await producer.publish(messages)
                    try await lab.wait(until: 60, are: .succeeded)
                    try await producer.publish(messages + messages.prefix(20))
                    try await eventually("what came again is counted") {
                        try await lab.value(of: .duplicateSubmissions) >= 80
                    }
                    #expect(board.echoes.count == 60 && board.echoes.values.allSatisfy { $0 == 1 })
                    #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == 60)
                    #expect(try await lab.value(of: .rejectedSubmissions) == 0)
                    // Claimed as they were stored, or enqueued where no thread was free: the same either way.
                    #expect(
                        try await lab.value(Int.self, "SELECT count(*) FROM @.jobs WHERE attempt = 1 AND run = 1") == 60
                    )
                }
            }
        }
    }

    @Test("A job is stored as it was asked for, and says where it came from")
    func asAsked() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking()) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withProducer { producer in
                    let (soon, late) = (JobID(UUID()), JobID(UUID()))
                    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
                    let date = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 86_400).rounded())
                    try await producer.publish([
                        producer.message(soon.description, "soon") { message in
                            message.properties.correlationID = "order 17"
                            message.properties.headers = ["traceparent": .string(parent), "job-run-at": .int64(1_000)]
                        },
                        producer.message(late.description, "late") { message in
                            message.properties.priority = 3
                            message.properties.headers = [
                                "job-run-at": .int64(Int64(date.timeIntervalSince1970) * 1_000),
                                "job-max-attempts": .int32(4), "job-timeout-ms": .double(90_000),
                            ]
                        },
                    ])
                    try await eventually("both are stored") { try await lab.jobs.job(late).status() != nil }
                    try await lab.wait(for: soon, .succeeded)
                    let job = try #require(try await lab.jobs.job(late).status())
                    #expect(job.state == .scheduled && job.scheduledAt == date && job.maximumAttempts == 4)
                    let terms = try await lab.value(
                        String.self,
                        """
                        SELECT format('%s %s', j.priority, s.timeout_ms) FROM @.jobs AS j JOIN @.scheduled_job AS s USING (id)
                        WHERE id = $1
                        """,
                        late.uuid
                    )
                    #expect(terms == "3 90000")
                    let origin = try #require(try await lab.jobs.job(soon).history().first?.data?.text)
                    #expect(origin.contains(parent) && origin.contains("order 17"))
                    #expect(try await lab.jobs.delete(late))
                }
            }
        }
    }

    @Test("What finds no free thread is enqueued, and runs on any server")
    func busy() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking(concurrency: 1)) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withProducer { producer in
                    try await producer.publish([
                        producer.message("hold", "") { message in
                            message.properties.type = "test.hold"
                            message.body = Array(#"{"name": "first"}"#.utf8)
                        }
                    ])
                    try await board.arrival(of: "first").wait()
                    try await producer.publish((0..<30).map { producer.message("m\($0)", "number \($0)") })
                    try await lab.wait(until: 30, are: .enqueued)
                    #expect(board.echoes.isEmpty)
                    // Another server, which takes no submissions.
                    let other = lab.makeNode()
                    try await other.running {
                        try await lab.withServer(on: other) {
                            TestJobs(board: board)
                        } while: { _ in
                            // But for what the busy server holds.
                            try await eventually("most of them run elsewhere") { try await lab.count(.succeeded) >= 20 }
                        }
                    }
                    board.release(of: "first").open()
                    try await lab.wait(until: 31, are: .succeeded)
                }
            }
        }
    }

    @Test("What is no job is kept with its reason, and published with the producer as key; replayed, it may be a job")
    func rejects() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking { $0.window = .seconds(86_400) }) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withProducer { producer in
                    let bad: [(code: String, message: RabbitMQMessage)] = [
                        ("invalid_json", producer.message("b0", "") { $0.body = Array("{".utf8) }),
                        ("not_an_object", producer.message("b1", "") { $0.body = Array("[]".utf8) }),
                        ("unstorable_text", producer.message("b2", #"\u0000"#)),
                        ("arguments_undecodable", producer.message("b3", "") { $0.body = Array(#"{"txt": 1}"#.utf8) }),
                        ("unknown_type", producer.message("b4", "later") { $0.properties.type = "test.multiply" }),
                        ("missing_field", producer.message("b5", "") { $0.properties.messageID = nil }),
                        ("invalid_field", producer.message("b6", "") { $0.properties.headers = ["a": .table([:])] }),
                        ("too_large", producer.message("b7", String(repeating: "x", count: 3_000_000))),
                        (
                            "expired",
                            producer.message("b8", "") { $0.properties.headers = ["job-expires-at": .int64(1)] }
                        ),
                        ("too_old", producer.message("b9", "") { $0.properties.timestamp = 1_000_000_000 }),
                        ("expiration_forbidden", producer.message("b10", "") { $0.properties.expiration = "600000" }),
                    ]
                    try await producer.publish(bad.map(\.message) + [producer.message("good", "good")])
                    try await lab.wait(until: 1, are: .succeeded)
                    try await eventually("all rejects are published") {
                        try await lab.messages(in: "\(lab.namespace).rejected") >= bad.count
                    }
                    let published = try await producer.rejects()
                    #expect(published.count == bad.count)
                    let kept = try await lab.node.storage.rejects(matching: RejectFilter(), limit: 100)
                    #expect(kept.count == bad.count)
                    for (code, message) in bad {
                        let id = message.properties.messageID
                        let back = try #require(published.first { $0.properties.messageID == id })
                        #expect(back.properties.headers["reject-code"]?.string == code)
                        #expect(back.properties.headers["reject-reason"]?.string?.isEmpty == false)
                        #expect(back.properties.headers["reject-at"]?.string != nil)
                        // Not of 64 bits, which Perl's client cannot read.
                        #expect(back.properties.headers["reject-body-size"] == .int32(Int32(message.body.count)))
                        #expect(back.routingKey == "\(lab.namespace).submit")
                        if code != "too_large" { #expect(back.body == message.body) }
                        let row = try #require(kept.first { $0.message.messageID == id })
                        #expect(row.reject.code.description == code)
                        #expect(row.reject.reason == back.properties.headers["reject-reason"]?.string)
                    }
                    #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.rejects") == bad.count)
                    #expect(try await lab.messages(in: "\(lab.namespace).submit.default") == 0)

                    let unknown = try #require(kept.first { $0.reject.code == .unknownType })
                    guard case .rejected(let again) = try await lab.jobs.replay(unknown) else {
                        Issue.record("a job that no server knows was stored")
                        return
                    }
                    #expect(again.code == .unknownType)
                }
            }
            // A server that knows more.
            try await lab.withServer(configuration: Lab.taking()) {
                TestJobs(board: board)
                Multiply.self
            } while: { _ in
                try await eventually("the server is on the list") {
                    try await lab.node.storage.servedNames(of: ["test.multiply"]) == ["test.multiply"]
                }
                let unknown = try #require(
                    try await lab.node.storage.rejects(matching: RejectFilter(code: "unknown_type"), limit: 1).first
                )
                var fixed = unknown
                fixed.message.body = Array(#"{"left": 6, "right": 7}"#.utf8)
                fixed.message.bodySize = fixed.message.body.count
                guard case .stored(let id) = try await lab.jobs.replay(fixed) else {
                    Issue.record("the replayed job is not stored")
                    return
                }
                #expect(try await lab.wait(for: id, .succeeded).result?.text == "42")
                #expect(try await lab.jobs.replay(fixed) == .duplicate)
                let row = try await lab.node.storage.rejects(matching: RejectFilter(ids: [unknown.id]), limit: 1).first
                #expect(row?.jobID == id)
            }
        }
    }

    @Test("A job that only another server knows is enqueued for it")
    func foreign() async throws {
        try await withBaton { lab in
            let other = lab.makeNode()
            try await other.running {
                try await lab.withServer(on: other) {
                    Multiply.self
                } while: { _ in
                    try await eventually("the other server is on the list") {
                        try await lab.value(Int.self, "SELECT count(*) FROM @.servers") == 1
                    }
                    try await lab.withServer(queues: ["entry"], configuration: Lab.taking()) {
                        TestJobs(board: board)
                    } while: { _ in
                        // The two serve different queues, so only the submission's own counts.
                        try await lab.withProducer(to: ["entry"]) { producer in
                            try await producer.publish([
                                producer.message("m", "", queue: "entry") { message in
                                    message.properties.type = "test.multiply"
                                    message.body = Array(#"{"left": 6, "right": 7}"#.utf8)
                                }
                            ])
                            try await eventually("it is stored") {
                                try await lab.value(
                                    Int.self,
                                    "SELECT count(*) FROM @.jobs WHERE type = 'test.multiply'"
                                ) == 1
                            }
                            let id = JobID(try await lab.value(UUID.self, "SELECT id FROM @.jobs"))
                            // By then its message has been taken, and none is left for it.
                            try await eventually("who does not know it has put it off") {
                                try await lab.jobs.job(id).status()?.state == .scheduled
                            }
                            #expect(try await lab.jobs.job(id).status()?.run == 0)
                            #expect(try await lab.jobs.delete(id))
                        }
                    }
                }
            }
        }
    }

    @Test("Where too many jobs are enqueued, submissions wait with the broker")
    func backlog() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking({ $0.maximumBacklog = 5 }, concurrency: 1)) {
                TestJobs(board: board)
            } while: { _ in
                try await lab.withProducer { producer in
                    try await producer.publish([
                        producer.message("hold", "") { message in
                            message.properties.type = "test.hold"
                            message.body = Array(#"{"name": "first"}"#.utf8)
                        }
                    ])
                    try await board.arrival(of: "first").wait()
                    try await producer.publish((0..<10).map { producer.message("m\($0)", "number \($0)") })
                    let queue = "\(lab.namespace).submit.default"
                    try await lab.withBroker { broker in
                        try await eventually("nobody takes submissions") {
                            try await broker.state(ofQueue: queue)?.consumerCount == 0
                        }
                    }
                    try await producer.publish((10..<40).map { producer.message("m\($0)", "number \($0)") })
                    // How many of the first ten came in before that is chance.
                    try await eventually("they wait with the broker, or are enqueued") {
                        try await lab.messages(in: queue) + lab.count(.enqueued) == 40
                    }
                    #expect((6...10).contains(try await lab.count(.enqueued)))
                    board.release(of: "first").open()
                    try await lab.wait(until: 41, are: .succeeded)
                    #expect(board.echoes.count == 40 && board.echoes.values.allSatisfy { $0 == 1 })
                }
            }
        }
    }

    @Test("A server that dies loses no submission, and none becomes two jobs")
    func death() async throws {
        let count = 200
        try await withBaton(expecting: [.repairs, .leftovers]) { lab in
            let dying = lab.makeNode()
            try await dying.running {
                try await lab.withServer(on: dying, configuration: Lab.taking(concurrency: 4)) {
                    TestJobs(board: board)
                } while: { server in
                    try await lab.withProducer { producer in
                        let messages = (0..<count).map { producer.message("m\($0)", "number \($0)") }
                        try await producer.publish(Array(messages.prefix(count / 2)))
                        try await eventually("some of them have run") { board.counted("echo") > 10 }
                        try await server.kill()
                        try await producer.publish(Array(messages.dropFirst(count / 2)))
                        try await lab.withServer(configuration: Lab.taking(concurrency: 4)) {
                            TestJobs(board: board)
                        } while: { _ in
                            try await lab.wait(until: count, are: .succeeded)
                            #expect(board.echoes.count == count)
                            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == count)
                            let remembered = "SELECT count(DISTINCT job_id) FROM @.submission"
                            #expect(try await lab.value(Int.self, remembered) == count)
                        }
                    }
                }
            }
        }
    }

    /// How many of either kind; `BATON_SUBMISSION_FUZZ` says otherwise.
    private static let fuzzed =
        ProcessInfo.processInfo.environment["BATON_SUBMISSION_FUZZ"].flatMap { Int($0) } ?? 1_000

    @Test("Among as many that are no jobs every good one runs once, and every bad one is found with a reason")
    func fuzz() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking()) {
                TestJobs(board: board)
            } while: { server in
                try await lab.withProducer { producer in
                    var fuzzer = MessageFuzzer(seed: 17)
                    var bad: [String: RabbitMQMessage] = [:]
                    for start in stride(from: 0, to: Self.fuzzed, by: 100) {
                        var messages: [RabbitMQMessage] = []
                        for number in start..<min(start + 100, Self.fuzzed) {
                            messages.append(producer.message("g\(number)", "number \(number)"))
                            let message = fuzzer.spoil(producer.message("b\(number)", "bad"), number: number)
                            bad["\(number)"] = message
                            messages.append(message)
                        }
                        try await producer.publish(messages)
                    }
                    try await lab.wait(until: Self.fuzzed, are: .succeeded, within: .seconds(600))
                    try await eventually("every bad one is kept", within: .seconds(600)) {
                        try await lab.value(Int.self, "SELECT count(*) FROM @.rejects") >= bad.count
                    }
                    #expect(board.echoes.count == Self.fuzzed && board.echoes.values.allSatisfy { $0 == 1 })
                    #expect(board.echoes["bad"] == nil)
                    let found = try await lab.query(
                        "SELECT properties #>> '{headers,number}', code, reason FROM @.rejects"
                    )
                    var numbers: Set<String> = []
                    for row in found {
                        let (number, code, reason) = try row.decode((String?, String, String).self)
                        numbers.insert(try #require(number))
                        #expect(!code.isEmpty && !reason.isEmpty)
                    }
                    #expect(numbers == Set(bad.keys))
                    #expect(!server.hasEnded)
                    #expect(try await lab.messages(in: "\(lab.namespace).submit.default") == 0)
                }
            }
        }
    }
}
