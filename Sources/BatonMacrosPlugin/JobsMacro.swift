import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Lists the `@Job` methods of a type for registration.
struct JobsMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax,
        attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol,
        conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        var problems = Problems()
        let lexicalContext = [Syntax(declaration)] + context.lexicalContext
        guard let container = JobContainerType(lexicalContext) else {
            problems.add(
                "jobs-not-a-type",
                at: node,
                "@Jobs goes on the declaration of a struct, final class, actor or enum"
            )
            throw DiagnosticsError(diagnostics: problems.diagnostics)
        }
        check(container, declaration, &problems)
        let members = JobMembers(declaration.memberBlock, lexicalContext: lexicalContext)
        members.check(&problems)
        guard problems.isEmpty else { throw DiagnosticsError(diagnostics: problems.diagnostics) }
        if members.marked.isEmpty {
            let warning = Problem(
                "jobs-empty",
                "'\(container.name)' has no @Job methods to register",
                severity: .warning
            )
            context.diagnose(Diagnostic(node: node, message: warning))
        }
        // No protocol is asked for when the user wrote the conformance.
        if protocols.isEmpty { return [] }
        let access = declaration.modifiers.mirroredAccess
        return [
            try ExtensionDeclSyntax(
                """
                extension \(type.trimmed): BatonMacros.JobReceiver {
                    \(raw: access == "fileprivate " ? "" : access)nonisolated static var jobs: [BatonMacros.JobDefinition<\(type.trimmed)>] {
                        \(raw: members.list)
                    }
                }
                """
            )
        ]
    }

    private static func check(
        _ container: JobContainerType,
        _ declaration: some DeclGroupSyntax,
        _ problems: inout Problems
    ) {
        if let generics = container.generics {
            problems.add(
                "jobs-generic",
                at: generics,
                "@Jobs does not work on a generic type: a stored job does not say what the generic parameters were"
            )
        }
        if container.kind == .otherClass {
            problems.add(
                "jobs-not-final",
                at: declaration.introducer,
                "@Jobs needs a final class: a subclass would inherit the stored names of its jobs"
            )
        }
    }
}
