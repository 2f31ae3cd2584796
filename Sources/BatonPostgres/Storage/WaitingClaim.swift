internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What a claim without messages asks for.
struct WaitingClaim: Sendable {
    let queues: [String]
    /// The levels of priority in the order in which each queue is looked through.
    let levels: [JobPriorityLevel]
    let names: [String]
    let owner: ServerEpoch
    let claim: Int64

    /// Where jobs are looked for, in order.
    var places: [WaitingPlace] {
        queues.flatMap { queue in levels.map { WaitingPlace(queue: queue, level: $0) } }
    }

    /// A claim's statement for rows that nobody publishes.
    ///
    /// - Parameters:
    ///   - sql: Its text.
    ///   - places: Where to look.
    ///   - start: From when on to look, in each place.
    ///   - limit: How many jobs at most.
    /// - Returns: The statement.
    func statement(_ sql: String, in places: [WaitingPlace], from start: [Date], _ limit: Int) -> PostgresStatement {
        var values = parameters(places.map(\.queue), start, limit)
        values.append(places.map(\.level.code))
        return PostgresStatement(sql, parameters: values)
    }

    /// A claim's statement for rows of a stretch of the table that somebody publishes.
    ///
    /// - Parameters:
    ///   - sql: Its text.
    ///   - start: Behind which id the stretch begins.
    ///   - limit: How many jobs at most.
    /// - Returns: The statement.
    func markedStatement(_ sql: String, from start: UUID, _ limit: Int) -> PostgresStatement {
        var values = parameters(queues, start, limit)
        values.append(Int64(MarkedWalk.stretch))
        values.append(levels.map(\.code))
        return PostgresStatement(sql, parameters: values)
    }

    private func parameters(_ queues: [String], _ start: some PostgresEncodable, _ limit: Int) -> PostgresParameters {
        var values = PostgresParameters()
        values.append(queues)
        values.append(start)
        values.append(names)
        values.append(Int64(limit))
        values.append(owner.uuid)
        values.append(claim)
        return values
    }
}
