import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import RabbitMQClient
import Testing

/// The programs of `deploy/producers`, each as its users run it.
@Suite("Producers in other languages", .timeLimit(.minutes(15)))
struct ProducerTests {
    /// Runs a body beside a server that takes submissions, and writes the runs of jobs down.
    private func withServer(_ body: (Lab, RunLedger, Producer) async throws -> Void) async throws {
        try await withBaton { lab in
            let ledger = try await RunLedger(lab)
            try await lab.withServer(configuration: Lab.taking()) {
                LedgerJobs(ledger: ledger, side: "server")
            } while: { _ in
                try await lab.withProducer { producer in try await body(lab, ledger, producer) }
            }
        }
    }

    /// Waits until a job has been stored and has succeeded.
    private func wait(for id: JobID, _ lab: Lab) async throws {
        try await eventually("the job is stored") { try await lab.jobs.job(id).status() != nil }
        try await lab.wait(for: id, .succeeded)
    }

    @Test(
        "A program hands a job over once, however often it is sent, and learns what becomes of the message",
        arguments: ProducerProgram.allCases
    )
    func broker(program: ProducerProgram) async throws {
        try await withServer { lab, ledger, filler in
            let user = try RabbitMQConfiguration(url: lab.servers.rabbitMQURL).user
            let (rejects, full) = ("\(lab.namespace).rejects.\(user)", "\(lab.namespace).full")
            lab.use(brokerQueues: [rejects, full])
            try await lab.withFolder { folder in
                let producer = try await BuiltProducer(program, lab, in: folder)
                let once = JobID(UUID())
                for _ in 0..<2 {
                    let ending = try await producer.submit(once)
                    #expect(ending.code == 0 && ending.output == "\(once)\n", "\(ending)")
                    try await wait(for: once, lab)
                }
                try await eventually("what came again is known") { try await lab.value(of: .duplicateSubmissions) == 1 }
                #expect(try await ledger.runs() == [RunLedger.Run(id: once, run: 1): 1])

                let unrouted = try await producer.submit(JobID(UUID()), queue: "nobody")
                #expect(unrouted.code == 1 && unrouted.output.isEmpty, "\(unrouted)")
                #expect(unrouted.errors.contains("no server takes submissions to the queue nobody"))

                let refused = try await producer.elsewhere.submit(JobID(UUID()))
                #expect(refused.code == 1 && refused.errors.contains("the broker refuses: NOT_FOUND"), "\(refused)")

                // From the first call on.
                let none = try await producer.run("--rejects")
                #expect(none.code == 0 && none.output.isEmpty, "\(none)")
                let unknown = JobID(UUID())
                #expect(try await producer.submit(unknown, "test.unknown").code == 0)
                try await eventually("the reject is there") { try await lab.messages(in: rejects) == 1 }
                let printed = try await producer.run("--rejects")
                #expect(printed.code == 0 && printed.output.hasPrefix("\(unknown) "), "\(printed)")
                #expect(printed.output.contains(" unknown_type ") && printed.output.split(separator: "\n").count == 1)

                try await retryAfterNack(lab, ledger, producer, filler, full: full)
            }
        }
    }

    /// A message that one queue has taken and another refuses is a `basic.nack`: the producer sends it again, and again.
    private func retryAfterNack(
        _ lab: Lab,
        _ ledger: RunLedger,
        _ producer: BuiltProducer,
        _ filler: Producer,
        full: String
    ) async throws {
        try await lab.withBroker { broker in
            let queue = RabbitMQQueue.classic(full, arguments: ["x-max-length": 1, "x-overflow": "reject-publish"])
            let binding = RabbitMQBinding(queue: full, exchange: "\(lab.namespace).submit", routingKey: "default")
            try await broker.declare(RabbitMQTopology(queues: [queue], bindings: [binding]))
        }
        try await filler.publish([RabbitMQMessage(exchange: "", routingKey: full, body: [0])])
        let id = JobID(UUID())
        let program = try producer.start(id)
        defer { program.end() }
        try await eventually("the producer hears that the queue is full") {
            program.errors.contains("the queue is full, trying again") || program.hasEnded
        }
        try await lab.withBroker { try await $0.deleteQueue(full) }
        let ending = try await program.ending()
        #expect(ending.code == 0 && ending.output == "\(id)\n", "\(ending)")
        #expect(ending.errors.contains("the queue is full, trying again"))
        try await wait(for: id, lab)
        try await eventually("what came again is known") { try await lab.value(of: .duplicateSubmissions) >= 2 }
        #expect(try await ledger.runs().filter { $0.key.id == id } == [RunLedger.Run(id: id, run: 1): 1])
    }

    @Test("amqp-publish hands a CloudEvent over, which makes one job")
    func cloudEvent() async throws {
        try await withServer { lab, ledger, _ in
            try await lab.withFolder { folder in
                func submit(_ type: String, _ id: JobID) async throws -> RunningProgram.Ending {
                    try await RunningProgram.run(
                        [
                            ProducerProgram.path(of: "submit-cloudevent.sh"), type, #"{"number": 7}"#, "default",
                            id.description,
                        ],
                        environment: lab.producerEnvironment,
                        in: folder
                    )
                }
                let once = JobID(UUID())
                for _ in 0..<2 {
                    let ending = try await submit("test.write", once)
                    #expect(ending.code == 0 && ending.output == "\(once)\n", "\(ending)")
                    try await wait(for: once, lab)
                }
                try await eventually("what came again is known") { try await lab.value(of: .duplicateSubmissions) == 1 }
                #expect(try await ledger.runs() == [RunLedger.Run(id: once, run: 1): 1])

                // It has no account to learn of rejects by: they are kept all the same.
                #expect(try await submit("test.unknown", JobID(UUID())).code == 0)
                try await eventually("the reject is kept") {
                    try await lab.value(Int.self, "SELECT count(*) FROM @.rejects WHERE code = 'unknown_type'") == 1
                }
            }
        }
    }

    @Test("psql enqueues one job under one id, and shows the hint where it is none")
    func sql() async throws {
        try await withServer { lab, ledger, _ in
            try await lab.withFolder { folder in
                func enqueue(_ arguments: String, _ id: JobID) async throws -> RunningProgram.Ending {
                    try await RunningProgram.run(
                        [
                            "psql", lab.servers.postgresURL, "--no-psqlrc", "--set=namespace=\(lab.namespace)",
                            "--set=type=test.write", "--set=arguments=\(arguments)", "--set=id=\(id)",
                            "--file=\(ProducerProgram.path(of: "enqueue.sql"))",
                        ],
                        in: folder
                    )
                }
                let once = JobID(UUID())
                for _ in 0..<2 {
                    let ending = try await enqueue(#"{"number": 7}"#, once)
                    #expect(ending.code == 0 && ending.output.contains("\n\(once)\n"), "\(ending)")
                    try await lab.wait(for: once, .succeeded)
                }
                #expect(try await ledger.runs() == [RunLedger.Run(id: once, run: 1): 1])

                let refused = JobID(UUID())
                let ending = try await enqueue("[7]", refused)
                #expect(ending.code == 3 && ending.errors.contains("HINT: "), "\(ending)")
                #expect(try await lab.jobs.job(refused).status() == nil)
            }
        }
    }
}
