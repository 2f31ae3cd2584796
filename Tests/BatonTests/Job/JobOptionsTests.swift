import Testing

@testable import Baton

@Suite("Job options")
struct JobOptionsTests {
    @Test("What an enqueue says wins over what the job declares")
    func merging() {
        let declared = JobOptions(queue: "mail", maximumAttempts: 5, timeout: .seconds(30))
        let said = JobOptions(queue: "fast", priority: 3)
        #expect(
            said.merging(over: declared)
                == JobOptions(queue: "fast", priority: 3, maximumAttempts: 5, timeout: .seconds(30))
        )
    }

    @Test(
        "Values out of range are refused",
        arguments: [
            (JobOptions(queue: "No"), JobError.Code.invalidQueue),
            (JobOptions(priority: 1 << 40), .invalidOptions),
            (JobOptions(maximumAttempts: 0), .invalidOptions),
            (JobOptions(timeout: .zero), .invalidOptions),
        ]
    )
    func refused(options: JobOptions, code: JobError.Code) {
        let error = #expect(throws: JobError.self) { try options.validate() }
        #expect(error?.code == code)
    }

    @Test("Options that say nothing, or sensible things, are allowed")
    func allowed() throws {
        try JobOptions().validate()
        try JobOptions(queue: "mail", priority: -1, maximumAttempts: 1, timeout: .milliseconds(1)).validate()
    }
}
