import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// A function marked `@Job`, checked and taken apart.
struct JobFunction {
    let declaration: FunctionDeclSyntax
    let attribute: JobAttribute
    let container: JobContainer
    let parameters: [JobParameter]

    /// The type of the result as generated code writes it; `nil` for nothing.
    let output: String?

    /// The name the job is stored under.
    let storedName: String

    /// The module the function is compiled in, if known.
    let module: String?

    /// Checks a function.
    ///
    /// - Returns: `nil` when it cannot be a job; the problems are added.
    init?(
        _ declaration: FunctionDeclSyntax,
        _ attribute: AttributeSyntax,
        lexicalContext: [Syntax],
        module: String?,
        problems: inout Problems
    ) {
        let attribute = JobAttribute(attribute, problems: &problems)
        let container = JobContainer(lexicalContext, of: declaration, problems: &problems)
        Self.checkShape(declaration, container, &problems)
        var parameters = declaration.signature.parameterClause.parameters.compactMap {
            JobParameter($0, in: container, problems: &problems)
        }
        Self.applyRenamed(attribute, to: &parameters, of: declaration, &problems)
        let output = Self.output(of: declaration, in: container, &problems)
        guard problems.isEmpty, let container else { return nil }

        self.declaration = declaration
        self.attribute = attribute
        self.container = container
        self.parameters = parameters
        self.output = output
        self.module = module
        self.storedName =
            attribute.name?.representedLiteralValue
            ?? Self.defaultName(of: declaration, in: container, module: module)
    }

    /// The function's name without backticks.
    var name: String { declaration.name.identifier?.name ?? declaration.name.text }

    /// Whether the function is called on an instance.
    var needsReceiver: Bool {
        guard case .type = container else { return false }
        return !declaration.isStatic
    }

    /// The parameters that are stored.
    var arguments: [JobParameter] { parameters.filter { !$0.isContext } }

    /// The name and the aliases, each with the code that says it.
    var storedNames: [(name: String, node: Syntax)] {
        let name = (storedName, attribute.name.map(Syntax.init) ?? Syntax(declaration.name))
        return [name] + attribute.aliases.map { ($0.representedLiteralValue ?? "", Syntax($0)) }
    }

    /// The name the job has when none is given.
    private static func defaultName(
        of declaration: FunctionDeclSyntax,
        in container: JobContainer,
        module: String?
    ) -> String {
        let name = declaration.name.identifier?.name ?? declaration.name.text
        let prefix =
            switch container {
            case .file: module
            case .type(let type): type.name
            }
        return prefix.map { "\($0).\(name)" } ?? name
    }

    private static func checkShape(
        _ declaration: FunctionDeclSyntax,
        _ container: JobContainer?,
        _ problems: inout Problems
    ) {
        guard case .identifier = declaration.name.tokenKind else {
            problems.add("operator", at: declaration.name, "an operator cannot be a @Job; give the function a name")
            return
        }
        if let generics = declaration.genericParameterClause {
            problems.add(
                "generic",
                at: generics,
                "a @Job function cannot be generic: a stored job does not say what the generic parameters were"
            )
        }
        for modifier in declaration.modifiers {
            switch modifier.name.tokenKind {
            case .keyword(.mutating), .keyword(.consuming):
                problems.add(
                    "mutating",
                    at: modifier,
                    "a \(modifier.name.text) function cannot be a @Job: its receiver is shared by all runs"
                )
            default:
                continue
            }
        }
        if let specifier = declaration.signature.effectSpecifiers?.throwsClause?.throwsSpecifier,
            specifier.tokenKind == .keyword(.rethrows)
        {
            problems.add("rethrows", at: specifier, "a @Job function cannot rethrow: it takes no closure to throw from")
        }
        if case .type(let type) = container, type.kind == .enumeration, !declaration.isStatic {
            problems.add(
                "enum-instance",
                at: declaration.name,
                "an enum cannot be a job's receiver; make '\(declaration.name.text)' static"
            )
        }
    }

    private static func applyRenamed(
        _ attribute: JobAttribute,
        to parameters: inout [JobParameter],
        of declaration: FunctionDeclSyntax,
        _ problems: inout Problems
    ) {
        for (old, new) in attribute.renamed {
            guard let oldKey = old.representedLiteralValue, let newKey = new.representedLiteralValue else { continue }
            guard let index = parameters.firstIndex(where: { $0.key == newKey && !$0.isContext }) else {
                // A parameter that was refused has its own message.
                if parameters.count == declaration.signature.parameterClause.parameters.count {
                    problems.add(
                        "renamed-unknown",
                        at: new,
                        "'\(declaration.name.text)' has no parameter named \(new.trimmed) to be stored"
                    )
                }
                continue
            }
            if parameters.contains(where: { $0.key == oldKey || $0.formerKeys.contains(oldKey) }) {
                problems.add("renamed-taken", at: old, "\(old.trimmed) is read as another parameter already")
            } else {
                parameters[index].formerKeys.append(oldKey)
            }
        }
    }

    private static func output(
        of declaration: FunctionDeclSyntax,
        in container: JobContainer?,
        _ problems: inout Problems
    ) -> String? {
        guard let type = declaration.signature.returnClause?.type else { return nil }
        let description = type.trimmedDescription
        if ["Void", "()", "Swift.Void"].contains(description) { return nil }
        if let problem = StorableType.problem(with: type) {
            problems.add("unstorable-result", at: problem.node, "the result is stored as JSON: \(problem.reason)")
        } else if let type = StorableType.ambiguity(in: type) {
            problems.add("ambiguous-type", at: type, "write '\(type.name.text)' with the module or type it belongs to")
        }
        return container?.spelled(type) ?? description
    }
}

extension FunctionDeclSyntax {
    var isStatic: Bool {
        modifiers.contains { $0.name.tokenKind == .keyword(.static) || $0.name.tokenKind == .keyword(.class) }
    }
}
