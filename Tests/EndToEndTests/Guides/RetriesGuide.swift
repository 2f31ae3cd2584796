import Baton
import BatonMacros
import Logging

// The code that the guide “When jobs fail” shows.

struct NoSuchAccount: Error {}
struct BankIsClosed: Error {}

@Jobs
enum Billing {
    /// Charges an account.
    @Job(
        "billing.charge",
        maximumAttempts: 5,
        timeout: .seconds(30),
        retry: .fixed([.seconds(5), .seconds(60)]).except(on: NoSuchAccount.self).whenExhausted(.delete)
    )
    static func charge(account: Int, context: JobContext) async throws {
        guard account > 0 else { throw NoSuchAccount() }
        do {
            try await callBank(account)
        } catch is BankIsClosed {
            throw JobSnooze(for: .seconds(600), reason: "the bank is closed")
        }
        if context.attempt == context.maximumAttempts {
            context.logger.warning("it took every attempt")
        }
    }

    static func callBank(_ account: Int) async throws {
        guard account < 1_000_000 else { throw JobDiscard(reason: "the account was closed") }
    }
}

func makeServer(_ jobs: JobClient) throws -> JobServer {
    var configuration = JobServerConfiguration()
    configuration.retryPolicy = .exponential(
        initial: .seconds(1),
        factor: 2,
        maximum: .seconds(3600),
        jitter: 0.2
    )
    return try JobServer(jobs, queues: ["default", "billing"], configuration: configuration) {
        Billing.self
    }
}

func chargePatiently(_ account: Int, with jobs: JobClient) async throws {
    let patient = RetryOptions(delays: .fixed([.seconds(600)]), whenExhausted: .fail)
    try await jobs.enqueue(
        Billing.$charge(account: account),
        options: JobOptions(maximumAttempts: 3, retry: patient)
    )
}

/// Waits as long as the failed attempts are many, and not at all for errors that another attempt cannot mend.
let ownPolicy = RetryPolicy { failure, random in
    .seconds(failure * 10) + .milliseconds(Int(random.fraction() * 1_000))
}
.only(where: { $0 is BankIsClosed })
