import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct BatonMacrosPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [JobMacro.self, JobsMacro.self]
}
