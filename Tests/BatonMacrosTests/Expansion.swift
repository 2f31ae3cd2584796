import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros

@testable import BatonMacrosPlugin

/// What the macros make of a piece of source, without compiling it.
struct Expansion {
    /// A diagnostic with the piece of source it points at.
    struct Remark: Equatable {
        var offset: Int
        var source: String
        var message: String
        var isError: Bool
    }

    static let macros = [
        "Job": MacroSpec(type: JobMacro.self),
        "Jobs": MacroSpec(type: JobsMacro.self, conformances: ["JobReceiver"]),
    ]

    /// The source with the macros expanded.
    let source: String

    /// The diagnostics in the order of the source.
    let remarks: [Remark]

    init(_ source: String) {
        let file = Parser.parse(source: source)
        let context = BasicMacroExpansionContext(
            sourceFiles: [file: .init(moduleName: "App", fullFilePath: "/App/File.swift")]
        )
        self.source =
            file.expand(
                macroSpecs: Self.macros,
                contextGenerator: { node in
                    BasicMacroExpansionContext(sharingWith: context, lexicalContext: node.allMacroLexicalContexts())
                },
                indentationWidth: .spaces(4)
            ).description
        self.remarks = context.diagnostics
            .map { diagnostic in
                let location = context.location(
                    for: diagnostic.position,
                    anchoredAt: diagnostic.node,
                    fileName: "File.swift"
                )
                return Remark(
                    offset: location.offset,
                    source: diagnostic.node.trimmedDescription,
                    message: diagnostic.message,
                    isError: diagnostic.diagMessage.severity == .error
                )
            }
            .sorted { $0.offset < $1.offset }
    }
}
