import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("The guide to producers", .timeLimit(.minutes(15)))
struct ProducerGuideTests {
    private static let languages = ProducerProgram.allCases.map(\.rawValue) + ["sh", "sql"]

    let board = Board()

    @Test("Each example hands a job over", arguments: languages)
    func example(language: String) async throws {
        let example = try #require(try ProducerGuide().examples[language])
        try await withBaton { lab in
            try await lab.withServer(configuration: Lab.taking()) {
                EchoJobs(board: board)
            } while: { _ in
                try await lab.withProducer { _ in
                    let code = ["submit", "enqueue"].reduce(example) { code, name in
                        code.replacing("baton.\(name)", with: "\(lab.namespace).\(name)")
                    }
                    let ending = try await lab.withFolder { folder in
                        try await run(code, language, lab, in: folder)
                    }
                    #expect(ending.code == 0, "\(ending)")
                    try await lab.wait(until: 1, are: .succeeded)
                    #expect(board.echoes == ["hello from \(language)": 1])
                }
            }
        }
    }

    private func run(
        _ code: String,
        _ language: String,
        _ lab: Lab,
        in folder: URL
    ) async throws -> RunningProgram.Ending {
        let program = ProducerProgram(rawValue: language)
        let path = ProducerProgram.path(of: program?.file ?? "example", in: folder)
        try code.write(toFile: path, atomically: true, encoding: .utf8)
        if let program {
            return try await BuiltProducer(program, from: folder, lab, in: folder).run()
        }
        let psql = ["psql", lab.servers.postgresURL, "--no-psqlrc", "--set=ON_ERROR_STOP=on", "--file=\(path)"]
        return try await RunningProgram.run(
            language == "sql" ? psql : ["/bin/sh", path],
            environment: lab.producerEnvironment,
            in: folder
        )
    }

    @Test("No example is left out, and the codes of rejects are those of asyncapi.yaml")
    func isWhole() throws {
        let guide = try ProducerGuide()
        #expect(Set(guide.examples.keys) == Set(Self.languages))
        let contract = try String(contentsOfFile: ProducerProgram.path(of: "asyncapi.yaml"), encoding: .utf8)
        let list = try #require(contract.components(separatedBy: "enum:\n").last)
        let codes = list.split(separator: "\n").prefix { $0.contains("- ") }.map { line in
            line.trimmingPrefix { $0 == " " || $0 == "-" }
        }
        #expect(guide.codes == Set(codes.map(String.init)))
        #expect(guide.codes.count == 19)
    }
}
