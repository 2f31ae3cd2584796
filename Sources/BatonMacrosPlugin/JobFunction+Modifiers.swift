import SwiftSyntax

extension JobFunction {
    /// The access level to mirror, with a space after it, or nothing.
    var access: String { declaration.modifiers.mirroredAccess }

    /// The function's `@available` attributes: what it needs, its generated code needs too.
    var availability: String {
        declaration.attributes
            .compactMap { $0.as(AttributeSyntax.self) }
            .filter { $0.attributeName.trimmedDescription == "available" }
            .map { "\($0.trimmedDescription)\n" }
            .joined()
    }

    /// The function's documentation comment, ending with a line break, or nothing.
    var documentation: String {
        declaration.leadingTrivia
            .compactMap { piece in
                switch piece {
                case .docLineComment(let text), .docBlockComment(let text): "\(text)\n"
                default: nil
                }
            }
            .joined()
    }
}

extension DeclModifierListSyntax {
    /// The access level that generated code takes over, with a space after it, or nothing.
    ///
    /// `private` becomes `fileprivate`, so that code beside the type can still enqueue the job, and `open` becomes
    /// `public`, because nothing generated can be overridden.
    var mirroredAccess: String {
        for modifier in self where modifier.detail == nil {
            switch modifier.name.tokenKind {
            case .keyword(.private), .keyword(.fileprivate): return "fileprivate "
            case .keyword(.package): return "package "
            case .keyword(.public), .keyword(.open): return "public "
            default: continue
            }
        }
        return ""
    }
}
