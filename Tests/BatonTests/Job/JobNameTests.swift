import Testing

@testable import Baton

@Suite("Names of jobs and queues")
struct JobNameTests {
    @Test("Printable names are allowed", arguments: ["mail.welcome", "Mailer.send", "a", "Rechnung für Ämter", "a b"])
    func allowedNames(name: String) throws {
        try JobName.validate(name)
    }

    @Test(
        "Other names are not",
        arguments: ["", "a\nb", "a\u{0}b", "\u{7F}", "a\u{2028}b", String(repeating: "é", count: 101)]
    )
    func refusedNames(name: String) {
        let error = #expect(throws: JobError.self) { try JobName.validate(name) }
        #expect(error?.code == .invalidName)
    }

    @Test("Of ASCII, those are printable that are so by their category")
    func ascii() {
        for value in 0..<128 {
            let scalar = Unicode.Scalar(UInt8(value))
            let isPrintable =
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .unassigned: false
                default: true
                }
            #expect(JobName.isPrintable(scalar) == isPrintable, "\(value)")
        }
    }

    @Test("The longest name takes 200 bytes")
    func longestName() throws {
        try JobName.validate(String(repeating: "é", count: 100))
    }

    @Test("Queue names", arguments: ["default", "mail_2.high-prio", String(repeating: "q", count: 50)])
    func allowedQueues(name: String) throws {
        try QueueName.validate(name)
    }

    @Test(
        "Other queue names are refused",
        arguments: ["", "Mail", "a b", "ü", "a#", "a*", "a\n", String(repeating: "q", count: 51)]
    )
    func refusedQueues(name: String) {
        let error = #expect(throws: JobError.self) { try QueueName.validate(name) }
        #expect(error?.code == .invalidQueue)
    }
}
