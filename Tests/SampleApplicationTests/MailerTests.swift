import Baton
import BatonMacros
import BatonTesting
import Testing

@Suite struct MailerTests {
    let post = FakePost()
    let kit: JobTestKit

    init() throws {
        kit = try JobTestKit { [post] in
            Mailer(post: post)
        }
    }

    @Test func theWelcomeGoesOut() async throws {
        let performed = try await kit.perform(Mailer.$sendWelcome(to: "ada@example.org"))

        #expect(try performed.result() == "letter 1")
        #expect(performed.logLines.first?.message == "sending")
        #expect(post.sent == ["ada@example.org: Welcome!"])
    }

    @Test func aWelcomeThatDoesNotGoOutIsTriedThreeTimes() async throws {
        post.close(for: 2)

        let second = try await kit.perform(Mailer.$sendWelcome(to: "ada@example.org"), attempt: 2)
        #expect(second.error is FakePost.Closed)
        #expect(second.nextState == .scheduled)
        #expect((.seconds(16)...(.seconds(74))).contains(try #require(second.retryDelay)))

        let third = try await kit.perform(Mailer.$sendWelcome(to: "ada@example.org"), attempt: 3)
        #expect(third.nextState == .failed)
    }

    @Test func aPostThatDoesNotAnswerIsGivenUp() async throws {
        let kit = try JobTestKit { Mailer(post: SilentPost()) }

        async let performed = kit.perform(Mailer.$sendWelcome(to: "ada@example.org"))
        try await kit.clock.waitForSleepers()
        kit.clock.advance(by: .seconds(30))
        #expect(try await performed.error is JobTimeoutError)
    }
}
