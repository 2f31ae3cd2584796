import SwiftSyntax

/// A parameter of a `@Job` function.
struct JobParameter {
    /// The label at the call, or `nil` for none.
    let label: String?

    /// The name inside the function, in backticks where it needs them.
    let identifier: String

    /// The key in the stored JSON.
    let key: String

    /// The type as generated code writes it.
    let type: String

    let defaultValue: ExprSyntax?

    /// Whether the server fills the parameter in, so that it is no argument of the job.
    let isContext: Bool

    /// Former keys of the parameter.
    var formerKeys: [String] = []

    /// Reads a parameter.
    ///
    /// - Returns: `nil` when it cannot be an argument of a job; the problem is added.
    init?(_ parameter: FunctionParameterSyntax, in container: JobContainer?, problems: inout Problems) {
        guard let name = Self.internalName(of: parameter) else {
            problems.add(
                "unnamed",
                at: parameter.firstName,
                "a parameter of a @Job function needs a name, which becomes its key in the stored JSON"
            )
            return nil
        }
        if let ellipsis = parameter.ellipsis {
            problems.add(
                "variadic",
                at: ellipsis,
                "a @Job function cannot have a variadic parameter; take an array: '[\(parameter.type.trimmedDescription)]'"
            )
            return nil
        }
        guard let type = Self.plainType(of: parameter, problems: &problems) else { return nil }
        if let problem = StorableType.problem(with: type) {
            problems.add(
                "unstorable-parameter",
                at: problem.node,
                "'\(name.text)' is stored as JSON with the job: \(problem.reason)"
            )
            return nil
        }
        if let type = StorableType.ambiguity(in: type) {
            problems.add("ambiguous-type", at: type, "write '\(type.name.text)' with the module or type it belongs to")
            return nil
        }
        let label = parameter.firstName
        self.label = label.tokenKind == .wildcard ? nil : label.trimmed.text
        self.identifier = name.trimmed.text
        self.key = name.identifier?.name ?? name.trimmed.text
        let optional = type.as(ImplicitlyUnwrappedOptionalTypeSyntax.self)
        let plainType = optional?.wrappedType ?? type
        self.type = (container?.spelled(plainType) ?? plainType.trimmedDescription) + (optional == nil ? "" : "?")
        self.defaultValue = parameter.defaultValue?.value.trimmed
        self.isContext = Self.isContext(type)
    }

    private static func internalName(of parameter: FunctionParameterSyntax) -> TokenSyntax? {
        [parameter.secondName, parameter.firstName].compactMap(\.self).first { $0.tokenKind != .wildcard }
    }

    /// The type without what concerns only how the argument is passed.
    private static func plainType(of parameter: FunctionParameterSyntax, problems: inout Problems) -> TypeSyntax? {
        guard let attributed = parameter.type.as(AttributedTypeSyntax.self) else { return parameter.type }
        for specifier in attributed.specifiers {
            guard case .simpleTypeSpecifier(let specifier) = specifier else { continue }
            switch specifier.specifier.tokenKind {
            case .keyword(.inout):
                problems.add(
                    "inout",
                    at: specifier.specifier,
                    "a @Job function cannot have an inout parameter: it runs later, when the variable is gone"
                )
                return nil
            case .keyword(.isolated):
                problems.add(
                    "isolated",
                    at: specifier.specifier,
                    "a @Job function cannot have an isolated parameter: an actor cannot be stored"
                )
                return nil
            default:
                continue
            }
        }
        return attributed.baseType
    }

    private static func isContext(_ type: TypeSyntax) -> Bool {
        if let identifier = type.as(IdentifierTypeSyntax.self) { return identifier.name.text == "JobContext" }
        guard let member = type.as(MemberTypeSyntax.self) else { return false }
        return member.name.text == "JobContext"
            && ["Baton", "BatonMacros"].contains(member.baseType.trimmedDescription)
    }
}
