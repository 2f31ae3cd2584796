import Baton

/// The demonstration worker's job of this name, as another program calls it.
struct DemoSleep: Job {
    static let name = "demo.sleep"

    let milliseconds: Int

    func run(in context: JobContext) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }
}
