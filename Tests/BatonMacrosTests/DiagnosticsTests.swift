import Testing

@Suite("Refusals point at the user's code")
struct DiagnosticsTests {
    /// Source in which «these» mark what each error must point at, and what the errors say.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let source: String
        let messages: [String]

        init(_ source: String, _ messages: String...) {
            self.source = source
            self.messages = messages
        }

        var testDescription: String { source }
    }

    @Test(
        "@Job refuses parameters that cannot be stored",
        arguments: [
            Refusal("@Job func f(a: «inout» Int) {}", "inout"),
            Refusal("@Job func f(a: Int«...») {}", "take an array: '[Int]'"),
            Refusal("@Job func f(a: «() -> Void») {}", "a closure cannot be stored"),
            Refusal("@Job func f(a: @escaping @Sendable «(Int) async -> Void») {}", "a closure cannot be stored"),
            Refusal("@Job func f(a: («() -> Void»)?) {}", "a closure cannot be stored"),
            Refusal("@Job func f(a: [String: [«(Int, Int)»]]) {}", "a tuple is not Codable"),
            Refusal("@Job func f(a: «some Sequence») {}", "an opaque type"),
            Refusal("@Job func f(a: «any Sequence») {}", "an existential is not Codable"),
            Refusal("@Job func f(a: «Any») {}", "'Any' is not Codable"),
            Refusal("@Job func f(a: «Int.Type») {}", "a metatype"),
            Refusal("@Job func f(a: «isolated» MyActor) {}", "isolated"),
            Refusal("@Job func f(«_»: Int) {}", "needs a name"),
            Refusal("@Job func f(a: «Output») {}", "write 'Output' with the module or type it belongs to"),
            Refusal("@Job func f(a: «inout» Int, b: «() -> Void») {}", "inout", "closure"),
        ]
    )
    func parameters(refusal: Refusal) {
        check(refusal)
    }

    @Test(
        "@Job refuses functions that cannot run later",
        arguments: [
            Refusal("@Job func f«<T>»(a: T) {}", "cannot be generic"),
            Refusal("struct S { @Job «mutating» func f() {} }", "a mutating function cannot be a @Job"),
            Refusal("struct S { @Job «consuming» func f() {} }", "a consuming function cannot be a @Job"),
            Refusal("@Job func f() «rethrows» {}", "cannot rethrow"),
            Refusal("@Job func f() -> «some Sequence» { [] }", "the result is stored as JSON: an opaque type"),
            Refusal("@Job func f() -> «(Int, Int)» { (1, 2) }", "the result is stored as JSON: a tuple"),
            Refusal("struct S { @Job static func «+»(a: S, b: S) -> Int { 1 } }", "an operator cannot be a @Job"),
            Refusal("«@Job» struct S {}", "@Job goes on a function"),
            Refusal("struct S { «@Job» init() {} }", "@Job goes on a function"),
        ]
    )
    func functions(refusal: Refusal) {
        check(refusal)
    }

    @Test(
        "@Job refuses places where a worker could not find the function",
        arguments: [
            Refusal(
                "extension Mailer { @Job func «f»() {} }",
                "@Jobs sees the type's own declaration only; move 'f' into the declaration of 'Mailer'"
            ),
            Refusal("protocol P { @Job func «f»() }", "does not work in a protocol"),
            Refusal("struct Box<T> { @Job func «f»() {} }", "does not work in a generic type"),
            Refusal("struct Box<T> { struct S { @Job func «f»() {} } }", "does not say what 'T' was"),
            Refusal("func outer() { @Job func «f»() {} }", "does not work on a local function"),
            Refusal("func outer() { struct S { @Job func «f»() {} } }", "does not work on a local function"),
            Refusal("enum E { @Job func «f»() {} }", "an enum cannot be a job's receiver; make 'f' static"),
        ]
    )
    func places(refusal: Refusal) {
        check(refusal)
    }

    @Test(
        "@Job refuses arguments that would fail at registration or lose jobs",
        arguments: [
            Refusal(#"@Job(«""») func f() {}"#, "must not be empty"),
            Refusal(#"@Job(«"a\nb"») func f() {}"#, "printable"),
            Refusal(#"@Job(«name») func f() {}"#, "must be a string literal"),
            Refusal(#"@Job(«"a\(b)"») func f() {}"#, "must be a string literal"),
            Refusal(#"@Job("a", aliases: ["b", «"a"»]) func f() {}"#, #"already has the name "a""#),
            Refusal(#"@Job("a", aliases: «names») func f() {}"#, "array of string literals"),
            Refusal(#"@Job(queue: «"Mail"») func f() {}"#, "a queue's name is"),
            Refusal(#"@Job(maximumAttempts: «0») func f() {}"#, "at least 1 attempt"),
            Refusal(#"@Job(maximumAttempts: «-1») func f() {}"#, "at least 1 attempt"),
            Refusal(#"@Job(renamed: ["a": «"b"»]) func f(c: Int) {}"#, #"'f' has no parameter named "b""#),
            Refusal(#"@Job(renamed: ["a": «"c"»]) func f(c: JobContext) {}"#, "no parameter"),
            Refusal(#"@Job(renamed: [«"a"»: "b"]) func f(a: Int, b: Int) {}"#, "read as another parameter already"),
            Refusal(#"@Job(renamed: ["a": "b"]) func f(b: «() -> Void») {}"#, "a closure"),
            Refusal(#"@Job(renamed: «names») func f(b: Int) {}"#, "dictionary of string literals"),
        ]
    )
    func arguments(refusal: Refusal) {
        check(refusal)
    }

    @Test(
        "@Jobs refuses what one job alone cannot see",
        arguments: [
            Refusal(
                "@Jobs struct S { @Job func f(a: Int) {}\n @Job func «f»(b: Int) {} }",
                "'f' is a @Job already, and jobs cannot be overloaded"
            ),
            Refusal(
                #"@Jobs struct S { @Job("a") func f() {}"# + "\n" + #"@Job(«"a"») func g() {} }"#,
                #"'g' and 'f' are both stored under the name "a""#
            ),
            Refusal(
                #"@Jobs struct S { @Job("a", aliases: ["S.g"]) func f() {}"# + "\n" + "@Job func «g»() {} }",
                #""S.g""#
            ),
            Refusal("@Jobs «class» C { @Job func f() {} }", "needs a final class"),
            Refusal("@Jobs struct Box«<T>» {}", "does not work on a generic type"),
            Refusal("«@Jobs» protocol P {}", "goes on the declaration of"),
            Refusal(
                "@Jobs struct S {\n#if DEBUG\n@Job func «f»() {}\n#endif\n@Job func g() {} }",
                "does not see into #if"
            ),
        ]
    )
    func jobs(refusal: Refusal) {
        check(refusal)
    }

    @Test("@Jobs without a job is a warning")
    func empty() {
        let remarks = Expansion("@Jobs struct S { func f() {} }").remarks
        #expect(remarks.map(\.isError) == [false])
        #expect(remarks.first?.source == "@Jobs")
    }

    @Test(
        "What is allowed has no remarks",
        arguments: [
            "@Job func f(a: Int!, b: [String: [Int?]], c: (Int), d: consuming String, e: Outer.Output) {}",
            "@Job func f() -> () {}",
            #"@Job(nil, queue: Queues.mail, maximumAttempts: 1, renamed: [:]) func f(_ a: Int, to _: Int) {}"#,
            "@Jobs final class C { @Job class func f() {}\n@Job override func g() {}\nfunc f(a: Int) {} }",
            "@Jobs enum E { @Job static func f() {} }",
            "extension Outer { @Jobs struct S { @Job func f() {} } }",
        ]
    )
    func allowed(source: String) {
        #expect(Expansion(source).remarks == [])
    }

    private func check(_ refusal: Refusal) {
        let pieces = refusal.source.split(separator: "«", omittingEmptySubsequences: false)
        var source = String(pieces[0])
        var marked: [(offset: Int, source: String)] = []
        for piece in pieces.dropFirst() {
            let halves = piece.split(separator: "»", omittingEmptySubsequences: false)
            marked.append((source.utf8.count, String(halves[0])))
            source += halves.joined()
        }
        let remarks = Expansion(source).remarks
        #expect(remarks.map(\.offset) == marked.map(\.offset), "\(remarks)")
        #expect(remarks.map(\.source) == marked.map(\.source))
        #expect(remarks.count == refusal.messages.count)
        for (remark, message) in zip(remarks, refusal.messages) {
            #expect(remark.isError)
            #expect(remark.message.contains(message))
        }
    }
}
