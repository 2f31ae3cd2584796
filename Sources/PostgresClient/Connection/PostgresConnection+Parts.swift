extension PostgresTransaction {
    /// How many parts may be on their way: enough that the server is never idle, and no more in memory.
    private static var mostOpen: Int { 4 }

    /// Runs statements that are made while earlier ones are on their way: the server works at one part and the caller makes
    /// the next.
    ///
    /// Once a part has failed, nothing more is asked for.
    ///
    /// - Parameter next: Makes the next part; nil after the last.
    /// - Throws: What the closure throws; ``PostgresError`` of the first part that fails.
    public nonisolated(nonsending) func execute(parts next: () throws -> [PostgresStatement]?) async throws {
        let answers = PartAnswers()
        var index = 0
        do {
            while answers.error == nil, let part = try next() {
                for statement in part { try statement.validate() }
                await self.connection.start(part, index, answers)
                index += 1
                await answers.wait(untilOpen: Self.mostOpen - 1)
            }
        } catch {
            await answers.wait(untilOpen: 0)
            throw error
        }
        await answers.wait(untilOpen: 0)
        if let error = answers.error { throw error }
    }
}

extension PostgresConnection {
    fileprivate func start(_ statements: [PostgresStatement], _ index: Int, _ answers: PartAnswers) {
        answers.open()
        self.submit(statements, as: self.nextRequest()) { answers.close(index, $0) }
    }
}
