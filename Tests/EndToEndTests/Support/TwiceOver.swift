import Baton

/// A hand-written job that returns twice its number.
struct TwiceOver: Job {
    static let name = "test.twice"
    let number: Int

    func run(in context: JobContext) async throws -> Int { number * 2 }
}
