import SwiftSyntax
import SwiftSyntaxMacros

/// Where a `@Job` function is declared.
enum JobContainer {
    case file
    case type(JobContainerType)

    /// Reads the container off the declarations around the function, innermost first.
    ///
    /// - Returns: `nil` when a job cannot be declared there; the problem is added.
    init?(_ lexicalContext: [Syntax], of function: FunctionDeclSyntax, problems: inout Problems) {
        guard let innermost = lexicalContext.first else {
            self = .file
            return
        }
        guard let type = JobContainerType(lexicalContext) else {
            let name = function.name.text
            if let container = innermost.as(ExtensionDeclSyntax.self) {
                problems.add(
                    "in-extension",
                    at: function.name,
                    """
                    @Job does not work in an extension, because @Jobs sees the type's own declaration only; move \
                    '\(name)' into the declaration of '\(container.extendedType.trimmedDescription)'
                    """
                )
            } else if innermost.is(ProtocolDeclSyntax.self) {
                problems.add(
                    "in-protocol",
                    at: function.name,
                    "@Job does not work in a protocol; put it on '\(name)' in the types that conform"
                )
            } else {
                problems.add(
                    "local",
                    at: function.name,
                    "@Job does not work on a local function, which a worker could not reach; move '\(name)' to file scope or into a type"
                )
            }
            return nil
        }
        if let generics = type.generics {
            problems.add(
                "generic-container",
                at: function.name,
                """
                @Job does not work in a generic type: a stored job does not say what \
                '\(generics.parameters.map(\.name.text).joined(separator: ", "))' was
                """
            )
            return nil
        }
        self = .type(type)
    }

    /// A type or an expression as it reads inside the generated type, where `Self` would mean that type.
    func spelled(_ node: some SyntaxProtocol) -> String {
        guard case .type(let type) = self else { return node.trimmedDescription }
        return SelfRewriter(type.name).rewrite(node.trimmed).description
    }

    private final class SelfRewriter: SyntaxRewriter {
        private let name: String

        init(_ name: String) {
            self.name = name
        }

        override func visit(_ token: TokenSyntax) -> TokenSyntax {
            token.tokenKind == .keyword(.Self) ? token.with(\.tokenKind, .identifier(name)) : token
        }
    }
}

/// The type that holds a `@Job` method.
struct JobContainerType {
    enum Kind {
        case structure, finalClass, otherClass, actor, enumeration
    }

    let kind: Kind

    /// The type's own name with those around it: `Outer.Inner`.
    let name: String

    /// Generic parameters of the type or of one around it.
    let generics: GenericParameterClauseSyntax?

    /// Reads a type off the declarations from it outwards.
    ///
    /// - Returns: `nil` when the innermost one is not a type's declaration, or one around it is not a type.
    init?(_ lexicalContext: [Syntax]) {
        guard let kind = lexicalContext.first.flatMap(Self.kind) else { return nil }
        var names: [String] = []
        var generics: GenericParameterClauseSyntax?
        for node in lexicalContext {
            if let container = node.as(ExtensionDeclSyntax.self) {
                names.append(container.extendedType.trimmedDescription)
                continue
            }
            guard let type = node.asProtocol((any DeclGroupSyntax).self), let name = Self.name(of: type) else {
                return nil
            }
            names.append(name)
            generics = generics ?? node.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause
        }
        self.kind = kind
        self.name = names.reversed().joined(separator: ".")
        self.generics = generics
    }

    private static func kind(_ node: Syntax) -> Kind? {
        if node.is(StructDeclSyntax.self) { return .structure }
        if node.is(ActorDeclSyntax.self) { return .actor }
        if node.is(EnumDeclSyntax.self) { return .enumeration }
        guard let type = node.as(ClassDeclSyntax.self) else { return nil }
        return type.modifiers.contains { $0.name.tokenKind == .keyword(.final) } ? .finalClass : .otherClass
    }

    private static func name(of type: any DeclGroupSyntax) -> String? {
        type.asProtocol((any NamedDeclSyntax).self)?.name.trimmed.text
    }
}
