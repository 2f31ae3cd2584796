import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder

// Generated code names the library through `BatonMacros`, never `Baton`: a type of the module's own name would hide it.
extension JobFunction {
    /// The name of the type that holds the arguments.
    var callName: String { "__Job_\(name)" }

    /// The type that holds the arguments, and runs the function with them.
    var callType: DeclSyntax {
        """
        \(raw: availability)\(raw: access)nonisolated struct \(raw: callName): BatonMacros.JobCall {
        \(raw: members.joined(separator: "\n\n"))
        }
        """
    }

    /// The function that makes a call: the same labels, types, defaults and documentation as the user's.
    var factory: DeclSyntax {
        let signature = arguments.map { parameter in
            let label = parameter.label.map { $0 == parameter.identifier ? "" : "\($0) " } ?? "_ "
            let defaultValue = parameter.defaultValue.map { " = \($0)" } ?? ""
            return "\(label)\(parameter.identifier): \(parameter.type)\(defaultValue)"
        }
        let values = arguments.map { "\(callLabel($0.identifier)): \($0.identifier)" }
        let modifier = if case .type = container { "static " } else { "" }
        return """
            \(raw: documentation)\(raw: availability)\(raw: access)nonisolated \(raw: modifier)func \
            $\(raw: name)(\(raw: signature.joined(separator: ", "))) -> \(raw: callName) {
                \(raw: callName)(\(raw: values.joined(separator: ", ")))
            }
            """
    }

    private var members: [String] {
        var members = ["\(access)static var name: Swift.String { \(literal(storedName)) }"]
        if !attribute.aliases.isEmpty {
            let aliases = attribute.aliases.map(\.trimmedDescription).joined(separator: ", ")
            members.append("\(access)static var aliases: [Swift.String] { [\(aliases)] }")
        }
        if !attribute.options.isEmpty {
            let options = attribute.options.map { "\($0.label): \(container.spelled($0.value))" }
            members.append(
                """
                \(access)static var options: BatonMacros.JobOptions {
                    BatonMacros.JobOptions(\(options.joined(separator: ", ")))
                }
                """
            )
        }
        if let retry = attribute.retry {
            members.append("\(access)static var retry: BatonMacros.RetryPolicy? { \(container.spelled(retry)) }")
        }
        if let filters = attribute.filters {
            members.append("\(access)static let filters: BatonMacros.JobFilters = \(container.spelled(filters))")
        }
        if let exclusive = attribute.exclusive {
            members.append("\(access)static var isExclusive: Swift.Bool { \(container.spelled(exclusive)) }")
        }
        if !arguments.isEmpty {
            members += storage
        } else {
            members.append("fileprivate init() {\n}")
        }
        members.append(run)
        return members
    }

    /// The stored properties, and how they are made, read and written.
    private var storage: [String] {
        let properties = arguments.map { "\(access)let \($0.identifier): \($0.type)" }
        let parameters = arguments.map { "\($0.identifier): \($0.type)" }
        let assignments = arguments.map { "    self.\($0.identifier) = \($0.identifier)" }
        let reads = arguments.map { "    self.\($0.identifier) = try arguments.\(read($0))" }
        let writes = arguments.map { "    try arguments.encode(self.\($0.identifier), \(literal($0.key)))" }
        return [
            properties.joined(separator: "\n"),
            """
            fileprivate init(\(parameters.joined(separator: ", "))) {
            \(assignments.joined(separator: "\n"))
            }
            """,
            """
            \(access)init(from decoder: any Swift.Decoder) throws {
                let arguments = try BatonMacros.JobArgumentReader(decoder)
            \(reads.joined(separator: "\n"))
            }
            """,
            """
            \(access)func encode(to encoder: any Swift.Encoder) throws {
                var arguments = BatonMacros.JobArgumentWriter(encoder)
            \(writes.joined(separator: "\n"))
            }
            """,
        ]
    }

    private func read(_ parameter: JobParameter) -> String {
        var arguments = ["\(parameter.type).self", literal(parameter.key)]
        if !parameter.formerKeys.isEmpty {
            arguments.append("formerly: [\(parameter.formerKeys.map(literal).joined(separator: ", "))]")
        }
        if let defaultValue = parameter.defaultValue {
            arguments.append("default: \(container.spelled(defaultValue))")
        }
        return "decode(\(arguments.joined(separator: ", ")))"
    }

    private var run: String {
        let values = parameters.map { parameter in
            let label = parameter.label.map { "\(callLabel($0)): " } ?? ""
            return label + (parameter.isContext ? "context" : "self.\(parameter.identifier)")
        }
        let call = "\(callee)(\(values.joined(separator: ", ")))"
        let effects = declaration.signature.effectSpecifiers
        let tryKeyword = effects?.throwsClause == nil ? "" : "try "
        // A function that is not async may still belong to an actor, which its text alone does not tell.
        let statement =
            effects?.asyncSpecifier == nil
            ? "\(tryKeyword)await BatonMacros.JobInvocation.result(of: \(call))"
            : "\(tryKeyword)await \(call)"
        let result = output.map { " -> \($0)" } ?? ""
        return """
            \(access)func run(on receiver: \(receiver), in context: BatonMacros.JobContext) async throws\(result) {
                \(statement)
            }
            """
    }

    private var receiver: String {
        guard case .type(let type) = container, needsReceiver else { return "Swift.Void" }
        return type.name
    }

    private var callee: String {
        let function = declaration.name.trimmed.text
        switch container {
        case .type(let type):
            return needsReceiver ? "receiver.\(function)" : "\(type.name).\(function)"
        case .file:
            // Inside the generated type its own members come first.
            let members =
                ["run", "encode", "name", "aliases", "options", "retry", "filters", "isExclusive"]
                + arguments.map(\.key)
            guard members.contains(name), let module else { return function }
            return "\(module).\(function)"
        }
    }

    /// A label as it stands in a call, where hardly any keyword needs backticks, and the compiler warns of them.
    private func callLabel(_ label: String) -> String {
        let plain = label.filter { $0 != "`" }
        let needsBackticks =
            ["inout", "let", "var"].contains(plain) || !plain.isValidSwiftIdentifier(for: .memberAccess)
        return needsBackticks ? label : plain
    }

    private func literal(_ text: String) -> String {
        StringLiteralExprSyntax(content: text).description
    }
}
