import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacros

/// Writes the call type and the factory of a function marked `@Job`.
struct JobMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax,
        providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        var problems = Problems()
        guard let declaration = declaration.as(FunctionDeclSyntax.self) else {
            problems.add("not-a-function", at: node, "@Job goes on a function")
            throw DiagnosticsError(diagnostics: problems.diagnostics)
        }
        let job = JobFunction(
            declaration,
            node,
            lexicalContext: context.lexicalContext,
            module: context.module(of: declaration),
            problems: &problems
        )
        guard let job else { throw DiagnosticsError(diagnostics: problems.diagnostics) }
        return [job.callType, job.factory]
    }
}

extension MacroExpansionContext {
    /// The module a declaration is compiled in.
    fileprivate func module(of declaration: some DeclSyntaxProtocol) -> String? {
        let location = location(of: declaration, at: .afterLeadingTrivia, filePathMode: .fileID)
        let fileID = location?.file.as(StringLiteralExprSyntax.self)?.representedLiteralValue
        return fileID?.split(separator: "/").first.map(String.init)
    }
}
