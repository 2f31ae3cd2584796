import Baton
import BatonMacros
import Foundation
import Testing

@Suite("Functions marked @Job")
struct BehaviourTests {
    let outbox = Outbox()

    @Test("The call keeps labels, types and defaults, and is stored by parameter name")
    func stored() throws {
        #expect(
            try text(Mailer.$sendWelcome(to: "ada@example.org"))
                == #"{"address":"ada@example.org","locale":"en","plan":"free"}"#
        )
        #expect(try text(Mailer.$plain(1, at: nil)) == #"{"count":1,"date":null}"#)
        #expect(try text(Mailer.$digest(1)) == #"{"first":1,"second":2}"#)
        #expect(try text($reindex(shard: 3)) == #"{"shard":3,"shards":4}"#)
        #expect(try text(Mailer.callToHidden) == "{}")
    }

    @Test("The declaration says name, aliases and options")
    func declared() {
        typealias Call = Mailer.__Job_sendWelcome
        #expect(Call.name == "mail.welcome")
        #expect(Call.aliases == ["mail.hello", "mail.hi"])
        #expect(Call.options == JobOptions(queue: "mail", priority: 2, maximumAttempts: 5, timeout: .seconds(30)))
        #expect(!Call.isExclusive)
        #expect(Counter.__Job_add.options == JobOptions())
        #expect(Counter.__Job_add.isExclusive)
        #expect(Call.retry == nil)
        let retry = Counter.__Job_add.retry
        #expect(retry?.exhaustedAction == .delete)
        #expect(retry?.retries(CancellationError()) == false)
    }

    @Test("Names default to the type's or the module's")
    func defaultNames() {
        #expect(Mailer.__Job_plain.name == "Mailer.plain")
        #expect(Reports.Daily.__Job_build.name == "Reports.Daily.build")
        #expect(__Job_reindex.name == "BatonMacrosTests.reindex")
    }

    @Test("A stored call runs on the receiver, with its context, and gives its result")
    func runs() async throws {
        let registry = try JobRegistry { Mailer(outbox: outbox) }
        let job = try #require(registry["mail.hi"])
        let arguments = try JobArgumentsCoder.encode(Mailer.$sendWelcome(to: "ada", plan: .paid, locale: "fr"))
        let result = try await job.run(arguments: arguments, in: .example(attempt: 3))
        #expect(outbox.all == ["ada paid fr"])
        #expect(result?.text == #"{"address":"ada","attempt":3}"#)
    }

    @Test("All jobs of a type are registered")
    func registered() throws {
        let names = try JobRegistry {
            Mailer(outbox: outbox)
            Counter()
            Reports.self
            Reports.Daily()
            $reindex
            $name
        }.names
        #expect(
            names == [
                "BatonMacrosTests.name", "BatonMacrosTests.reindex", "Counter.describe", "Counter.reset",
                "Mailer.digest", "Mailer.hidden", "Mailer.optional", "Mailer.plain", "Mailer.run", "Mailer.upgrade",
                "Reports.Daily.build", "Reports.monthly", "counter.add", "mail.hello", "mail.hi", "mail.welcome",
            ]
        )
    }

    @Test("A parameter with a default may be missing; null stands for the default unless it is a value")
    func defaults() async throws {
        #expect(try await run("mail.welcome", #"{"address":"a"}"#) == #"{"address":"a","attempt":1}"#)
        _ = try await run("mail.welcome", #"{"address":"b","plan":null,"locale":"de"}"#)
        #expect(outbox.all == ["a free en", "b free de"])
        #expect(try await run("Mailer.optional", #"{"default":"x"}"#) == "5")
        #expect(try await run("Mailer.optional", #"{"default":"x","limit":null}"#) == "null")
        #expect(try await run("Mailer.plain", #"{"count":1}"#) == nil)
        #expect(outbox.all.last == "1 never")
    }

    @Test("An optional argument that is nil comes back as nil, whatever its default")
    func nilRoundTrips() async throws {
        let arguments = try JobArgumentsCoder.encode(Mailer.$optional(limit: nil, default: "x"))
        #expect(try await run("Mailer.optional", arguments.text) == "null")
    }

    @Test("A renamed parameter is read under its old names; the present one wins")
    func renamed() async throws {
        _ = try await run("mail.welcome", #"{"recipient":"old"}"#)
        _ = try await run("mail.welcome", #"{"to":"older"}"#)
        _ = try await run("mail.welcome", #"{"recipient":"old","address":"new"}"#)
        #expect(outbox.all.map { $0.prefix { $0 != " " } } == ["old", "older", "new"])
    }

    @Test("A missing argument is an error that names the parameter")
    func missing() async throws {
        let error = await #expect(throws: JobError.self) { try await run("mail.welcome", #"{"locale":"fr"}"#) }
        #expect(error?.code == .argumentsUndecodable)
        #expect(error?.message.contains("“address” is missing") == true)
        #expect(outbox.all.isEmpty)
    }

    @Test("An actor's jobs run on the actor")
    func actorReceiver() async throws {
        let registry = try JobRegistry { Counter() }
        let job = try #require(registry["counter.add"])
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { _ = try await job.run(arguments: JSONText(#"{"amount":1}"#), in: .example()) }
            }
            try await group.waitForAll()
        }
        #expect(try await job.run(arguments: JSONText(#"{"amount":0}"#), in: .example())?.text == "100")
    }

    @Test("Jobs of a global actor run there")
    func globalActor() async throws {
        let screen = Screen()
        let registry = try JobRegistry {
            screen
            $onMain
        }
        let result = try await registry["Screen.show"]?.run(arguments: JSONText(#"{"text":"a"}"#), in: .example())
        #expect(result?.text == "true")
        _ = try await registry["BatonMacrosTests.onMain"]?.run(arguments: .emptyObject, in: .example())
    }

    @Test("A receiver can be made for each run")
    func scoped() async throws {
        let outbox = outbox
        let registry = try JobRegistry {
            Scoped(Mailer.self) { context in
                outbox.add("made for attempt \(context.attempt)")
                return Mailer(outbox: outbox)
            }
        }
        let job = try #require(registry["Mailer.hidden"])
        for attempt in 1...2 {
            _ = try await job.run(arguments: .emptyObject, in: .example(attempt: attempt))
        }
        #expect(outbox.all == ["made for attempt 1", "hidden", "made for attempt 2", "hidden"])
    }

    @Test("Free functions run, also those whose names the generated code uses itself")
    func freeFunctions() async throws {
        let registry = try JobRegistry {
            $reindex
            $encode
            $name
        }
        let shard = try await registry["BatonMacrosTests.reindex"]?.run(
            arguments: JSONText(#"{"shard":1}"#),
            in: .example()
        )
        #expect(shard?.text == #""1/4""#)
        let encoded = try await registry["BatonMacrosTests.encode"]?.run(
            arguments: JSONText(#"{"encode":"x"}"#),
            in: .example()
        )
        #expect(encoded?.text == #""x""#)
        let name = try await registry["BatonMacrosTests.name"]?.run(arguments: .emptyObject, in: .example())
        #expect(name?.text == #""name""#)
    }

    @Test("Self means the type the function belongs to")
    func selfType() async throws {
        #expect(Mailer.__Job_upgrade.options.queue == "en")
        #expect(try await run("Mailer.upgrade", #"{"plan":"paid"}"#) == #""paid""#)
    }

    @Test("A job's code runs on the executor its task prefers, so that it can have a thread of its own")
    func executor() async throws {
        let registry = try JobRegistry {
            $whereSynchronous
            $whereAsynchronous
            $whereConcurrent
        }
        for name in registry.names {
            let result = try await withTaskExecutorPreference(QueueExecutor()) {
                try await registry[name]?.run(arguments: .emptyObject, in: .example())
            }
            #expect(result?.text == "true", "\(name)")
        }
    }

    @Test("The function itself can still be called")
    func stillAFunction() async throws {
        #expect(try await reindex(shard: 2, of: 3) == "2/3")
    }

    private func run(_ name: String, _ arguments: String) async throws -> String? {
        let job = try #require(try JobRegistry { Mailer(outbox: outbox) }[name])
        return try await job.run(arguments: JSONText(arguments), in: .example())?.text
    }

    private func text(_ call: some JobCall) throws -> String {
        try JobArgumentsCoder.encode(call).text
    }
}
