import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@testable import BatonMacrosPlugin

@Suite("Expansion")
struct ExpansionTests {
    @Test("A method")
    func method() {
        expect(
            """
            struct Mailer {
                /// Greets a new user.
                ///
                /// Twice at most.
                @Job("mail.welcome", queue: "mail", maximumAttempts: 5, aliases: ["mail.hi"], renamed: ["to": "address"])
                public func sendWelcome(to address: String, locale: String = Self.house, context: JobContext) async throws -> Receipt {
                }
            }
            """,
            """
            struct Mailer {
                /// Greets a new user.
                ///
                /// Twice at most.
                public func sendWelcome(to address: String, locale: String = Self.house, context: JobContext) async throws -> Receipt {
                }

                public nonisolated struct __Job_sendWelcome: BatonMacros.JobCall {
                    public static var name: Swift.String {
                        "mail.welcome"
                    }

                    public static var aliases: [Swift.String] {
                        ["mail.hi"]
                    }

                    public static var options: BatonMacros.JobOptions {
                        BatonMacros.JobOptions(queue: "mail", maximumAttempts: 5)
                    }

                    public let address: String
                    public let locale: String

                    fileprivate init(address: String, locale: String) {
                        self.address = address
                        self.locale = locale
                    }

                    public init(from decoder: any Swift.Decoder) throws {
                        let arguments = try BatonMacros.JobArgumentReader(decoder)
                        self.address = try arguments.decode(String.self, "address", formerly: ["to"])
                        self.locale = try arguments.decode(String.self, "locale", default: Mailer.house)
                    }

                    public func encode(to encoder: any Swift.Encoder) throws {
                        var arguments = BatonMacros.JobArgumentWriter(encoder)
                        try arguments.encode(self.address, "address")
                        try arguments.encode(self.locale, "locale")
                    }

                    public func run(on receiver: Mailer, in context: BatonMacros.JobContext) async throws -> Receipt {
                        try await receiver.sendWelcome(to: self.address, locale: self.locale, context: context)
                    }
                }

                /// Greets a new user.
                ///
                /// Twice at most.
                public nonisolated static func $sendWelcome(to address: String, locale: String = Self.house) -> __Job_sendWelcome {
                    __Job_sendWelcome(address: address, locale: locale)
                }
            }
            """
        )
    }

    @Test("A retry policy is written where the job is declared")
    func retryPolicy() {
        expect(
            """
            struct Mailer {
                @Job(retry: Self.patient.except(on: NoSuchUser.self))
                static func sweep() {
                }
            }
            """,
            """
            struct Mailer {
                static func sweep() {
                }

                nonisolated struct __Job_sweep: BatonMacros.JobCall {
                    static var name: Swift.String {
                        "Mailer.sweep"
                    }

                    static var retry: BatonMacros.RetryPolicy? {
                        Mailer.patient.except(on: NoSuchUser.self)
                    }

                    fileprivate init() {
                    }

                    func run(on receiver: Swift.Void, in context: BatonMacros.JobContext) async throws {
                        await BatonMacros.JobInvocation.result(of: Mailer.sweep())
                    }
                }

                nonisolated static func $sweep() -> __Job_sweep {
                    __Job_sweep()
                }
            }
            """
        )
    }

    @Test("Filters are made once")
    func filters() {
        expect(
            """
            struct Mailer {
                @Job(filters: [Self.audit, Quota(5)])
                static func sweep() {
                }
            }
            """,
            """
            struct Mailer {
                static func sweep() {
                }

                nonisolated struct __Job_sweep: BatonMacros.JobCall {
                    static var name: Swift.String {
                        "Mailer.sweep"
                    }

                    static let filters: BatonMacros.JobFilters = [Mailer.audit, Quota(5)]

                    fileprivate init() {
                    }

                    func run(on receiver: Swift.Void, in context: BatonMacros.JobContext) async throws {
                        await BatonMacros.JobInvocation.result(of: Mailer.sweep())
                    }
                }

                nonisolated static func $sweep() -> __Job_sweep {
                    __Job_sweep()
                }
            }
            """
        )
    }

    @Test("A free function")
    func freeFunction() {
        expect(
            """
            @Job func reindex(_ shard: Int) throws -> Void {
            }
            """,
            """
            func reindex(_ shard: Int) throws -> Void {
            }

            nonisolated struct __Job_reindex: BatonMacros.JobCall {
                static var name: Swift.String {
                    "App.reindex"
                }

                let shard: Int

                fileprivate init(shard: Int) {
                    self.shard = shard
                }

                init(from decoder: any Swift.Decoder) throws {
                    let arguments = try BatonMacros.JobArgumentReader(decoder)
                    self.shard = try arguments.decode(Int.self, "shard")
                }

                func encode(to encoder: any Swift.Encoder) throws {
                    var arguments = BatonMacros.JobArgumentWriter(encoder)
                    try arguments.encode(self.shard, "shard")
                }

                func run(on receiver: Swift.Void, in context: BatonMacros.JobContext) async throws {
                    try await BatonMacros.JobInvocation.result(of: reindex(self.shard))
                }
            }

            nonisolated func $reindex(_ shard: Int) -> __Job_reindex {
                __Job_reindex(shard: shard)
            }
            """
        )
    }

    @Test("A type")
    func type() {
        expect(
            """
            @Jobs
            public actor Mailer {
                @Job func send() {
                }
                @Job private static func sweep() async {
                }
                func other() {
                }
            }
            """,
            """
            public actor Mailer {
                func send() {
                }

                nonisolated struct __Job_send: BatonMacros.JobCall {
                    static var name: Swift.String {
                        "Mailer.send"
                    }

                    fileprivate init() {
                    }

                    func run(on receiver: Mailer, in context: BatonMacros.JobContext) async throws {
                        await BatonMacros.JobInvocation.result(of: receiver.send())
                    }
                }

                nonisolated static func $send() -> __Job_send {
                    __Job_send()
                }
                private static func sweep() async {
                }

                fileprivate nonisolated struct __Job_sweep: BatonMacros.JobCall {
                    fileprivate static var name: Swift.String {
                        "Mailer.sweep"
                    }

                    fileprivate init() {
                    }

                    fileprivate func run(on receiver: Swift.Void, in context: BatonMacros.JobContext) async throws {
                        await Mailer.sweep()
                    }
                }

                fileprivate nonisolated static func $sweep() -> __Job_sweep {
                    __Job_sweep()
                }
                func other() {
                }
            }

            extension Mailer: BatonMacros.JobReceiver {
                public nonisolated static var jobs: [BatonMacros.JobDefinition<Mailer>] {
                    [
                BatonMacros.JobDefinition(__Job_send.self),
                BatonMacros.JobDefinition(static: __Job_sweep.self)
                    ]
                }
            }
            """
        )
    }

    @Test(
        "Access levels are mirrored; private becomes fileprivate, and open becomes public",
        arguments: [
            ("", ""), ("internal ", ""), ("private ", "fileprivate "), ("fileprivate ", "fileprivate "),
            ("package ", "package "), ("public ", "public "), ("open ", "public "),
        ]
    )
    func access(written: String, mirrored: String) {
        let source = Expansion("@Job \(written)func f(a: Int) {}").source
        #expect(source.contains("\n\(mirrored)nonisolated struct __Job_f: "))
        #expect(source.contains("\n\(mirrored)nonisolated func $f(a: Int) -> __Job_f"))
        #expect(source.contains("\n    \(mirrored)static var name"))
    }

    @Test("Availability is taken over")
    func availability() {
        let source = Expansion("@Job @available(macOS 26, *) func f() {}").source
        #expect(source.contains("@available(macOS 26, *)\nnonisolated struct __Job_f"))
        #expect(source.contains("@available(macOS 26, *)\nnonisolated func $f"))
    }

    private func expect(
        _ source: String,
        _ expanded: String,
        fileID: StaticString = #fileID,
        filePath: StaticString = #filePath,
        line: UInt = #line,
        column: UInt = #column
    ) {
        assertMacroExpansion(
            source,
            expandedSource: expanded,
            macroSpecs: Expansion.macros,
            testModuleName: "App",
            testFileName: "File.swift",
            failureHandler: { failure in
                Issue.record(
                    Comment(rawValue: failure.message),
                    sourceLocation: SourceLocation(
                        fileID: failure.location.fileID,
                        filePath: failure.location.filePath,
                        line: Int(failure.location.line),
                        column: Int(failure.location.column)
                    )
                )
            },
            fileID: fileID,
            filePath: filePath,
            line: line,
            column: column
        )
    }
}
