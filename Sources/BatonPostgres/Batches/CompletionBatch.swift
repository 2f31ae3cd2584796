internal import Baton
internal import PostgresClient

/// The ends of runs, as columns for each kind of end.
struct CompletionBatch {
    private struct Failed {
        var completion: Completion
        var failure: JobFailure
        var reason: String?
        var delay: Int64 = 0
    }
    private struct Deleted {
        var completion: Completion
        var failure: JobFailure?
        var reason: String
    }
    private struct Returned {
        var completion: Completion
        var reason: String
        var delay: Int64
    }

    private let owner: ServerEpoch
    private var succeeded: [(completion: Completion, result: JSONText?)] = []
    private var failed: [Failed] = []
    private var retried: [Failed] = []
    private var putBack: [Returned] = []
    private var deleted: [Deleted] = []

    init(_ completions: [Completion], owner: ServerEpoch) {
        self.owner = owner
        for completion in completions.inJobOrder(\.id) {
            switch completion.outcome {
            case .succeeded(let result):
                succeeded.append((completion, result))
            case .failed(let failure):
                failed.append(Failed(completion: completion, failure: failure))
            case .retry(let delay, let failure, let reason):
                retried.append(
                    Failed(completion: completion, failure: failure, reason: reason, delay: delay.microseconds)
                )
            case .deleted(let failure, let reason):
                deleted.append(Deleted(completion: completion, failure: failure, reason: reason))
            case .putBack(let delay, let reason), .snoozed(let delay, let reason):
                putBack.append(Returned(completion: completion, reason: reason, delay: delay.microseconds))
            }
        }
    }

    /// A statement for each kind of end there is; together they are one transaction.
    ///
    /// - Parameter sql: The statements' texts.
    /// - Returns: The statements.
    func statements(_ sql: CompletionStatements) -> [PostgresStatement] {
        var statements: [PostgresStatement] = []
        if !succeeded.isEmpty {
            var values = fence(succeeded.map(\.completion))
            values.append(succeeded.map { $0.result.map { PostgresJSON($0.text) } })
            statements.append(PostgresStatement(sql.succeeded, parameters: values))
        }
        if !failed.isEmpty {
            statements.append(PostgresStatement(sql.failed, parameters: failures(failed)))
        }
        if !retried.isEmpty {
            var values = failures(retried)
            values.append(retried.map(\.reason))
            values.append(retried.map(\.delay))
            statements.append(PostgresStatement(sql.retry, parameters: values))
        }
        if !putBack.isEmpty {
            var values = fence(putBack.map(\.completion))
            values.append(putBack.map(\.reason))
            values.append(putBack.map(\.delay))
            statements.append(PostgresStatement(sql.putBack, parameters: values))
        }
        if !deleted.isEmpty {
            var values = fence(deleted.map(\.completion))
            values.append(deleted.map(\.failure?.type))
            values.append(deleted.map(\.failure?.message))
            values.append(deleted.map(\.failure?.details))
            values.append(deleted.map(\.reason))
            statements.append(PostgresStatement(sql.deleted, parameters: values))
        }
        return statements
    }

    private func fence(_ completions: [Completion]) -> PostgresParameters {
        var values = PostgresParameters()
        values.append(completions.map(\.id.uuid))
        values.append(owner.uuid)
        values.append(completions.map(\.claim))
        values.append(completions.map(\.duration.milliseconds))
        values.append(completions.map(\.latency.milliseconds))
        return values
    }

    private func failures(_ failed: [Failed]) -> PostgresParameters {
        var values = fence(failed.map(\.completion))
        values.append(failed.map(\.failure.type))
        values.append(failed.map(\.failure.message))
        values.append(failed.map(\.failure.details))
        return values
    }
}
