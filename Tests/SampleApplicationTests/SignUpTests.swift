import Baton
import BatonMacros
import BatonTesting
import Testing

@Suite struct SignUpTests {
    let post = FakePost()
    let directory = Directory()
    let kit: JobTestKit

    init() throws {
        kit = try JobTestKit { [post, directory] jobs in
            Mailer(post: post)
            Accounts(jobs: jobs, directory: directory)
        }
    }

    var accounts: Accounts {
        Accounts(jobs: kit.jobs, directory: directory)
    }

    @Test func signingUpEnqueuesAWelcomeAndACheck() async throws {
        try await accounts.signUp("ada@example.org")

        try kit.assertEnqueued(Mailer.$sendWelcome(to: "ada@example.org"), queue: "mail")
        try kit.assertEnqueued(Accounts.$checkIn(on: "ada@example.org"), in: .seconds(3 * 86_400))
        try kit.refuteEnqueued(named: "mail.reminder")
    }

    @Test func everySignUpIsGreeted() async throws {
        for address in ["ada@example.org", "bob@example.org"] {
            try await accounts.signUp(address)
        }

        try kit.assertEnqueued(named: "mail.welcome", times: 2, queue: "mail")
        try kit.assertEnqueued(named: "mail.welcome", arguments: ["address": "bob@example.org"])
    }

    @Test func onlyWhoHasNotConfirmedIsReminded() async throws {
        try await accounts.signUp("ada@example.org")
        try await accounts.signUp("bob@example.org")
        await directory.confirm("ada@example.org")

        try await kit.drain()
        #expect(post.sent == ["ada@example.org: Welcome!", "bob@example.org: Welcome!"])

        kit.clock.advance(by: .seconds(3 * 86_400))
        let summary = try await kit.drain()
        #expect(summary.succeeded == 3)
        #expect(post.sent.last == "bob@example.org: Your account is waiting.")
    }

    @Test func theWelcomeIsTriedAgain() async throws {
        post.close(for: 2)
        try await accounts.signUp("ada@example.org")

        let summary = try await kit.drain(queues: ["mail"], withScheduled: true)
        #expect(summary.retried == 2)
        #expect(summary.succeeded == 1)
        #expect(post.sent == ["ada@example.org: Welcome!"])
    }

    @Test(.timeLimit(.minutes(5))) func theFormSignsUp() async throws {
        let (addresses, form) = AsyncStream<String>.makeStream()
        async let queue: Void = SignUpQueue(accounts: accounts, addresses: addresses).run()
        form.yield("ada@example.org")

        try await kit.waitUntilEnqueued(Mailer.$sendWelcome(to: "ada@example.org"))

        form.finish()
        try await queue
    }
}
