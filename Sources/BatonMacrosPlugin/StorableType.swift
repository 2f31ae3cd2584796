import SwiftSyntax

/// The rules for the types of parameters and results, as far as they show in what is written.
enum StorableType {
    /// Why values of a type cannot be stored, with the piece of it to point at; `nil` when nothing speaks against it.
    static func problem(with type: TypeSyntax) -> (node: Syntax, reason: String)? {
        if let optional = type.as(OptionalTypeSyntax.self) { return problem(with: optional.wrappedType) }
        if let optional = type.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) {
            return problem(with: optional.wrappedType)
        }
        if let array = type.as(ArrayTypeSyntax.self) { return problem(with: array.element) }
        if let dictionary = type.as(DictionaryTypeSyntax.self) {
            return problem(with: dictionary.key) ?? problem(with: dictionary.value)
        }
        if let attributed = type.as(AttributedTypeSyntax.self) { return problem(with: attributed.baseType) }
        if let tuple = type.as(TupleTypeSyntax.self) {
            if tuple.elements.count == 1, let element = tuple.elements.first, element.firstName == nil {
                return problem(with: element.type)
            }
            return (Syntax(type), "a tuple is not Codable; use a struct")
        }
        if type.is(FunctionTypeSyntax.self) { return (Syntax(type), "a closure cannot be stored") }
        if type.is(MetatypeTypeSyntax.self) { return (Syntax(type), "a metatype cannot be stored") }
        if type.is(PackExpansionTypeSyntax.self) { return (Syntax(type), "a parameter pack cannot be stored") }
        if let any = type.as(SomeOrAnyTypeSyntax.self) {
            return any.someOrAnySpecifier.tokenKind == .keyword(.some)
                ? (Syntax(type), "an opaque type is not known when the job is read back; name the type")
                : (Syntax(type), "an existential is not Codable; name the type")
        }
        if let identifier = type.as(IdentifierTypeSyntax.self), ["Any", "AnyObject"].contains(identifier.name.text) {
            return (Syntax(type), "'\(identifier.name.text)' is not Codable; name the type")
        }
        return nil
    }

    /// A type of a name that the generated code gives a meaning of its own.
    static func ambiguity(in type: TypeSyntax) -> IdentifierTypeSyntax? {
        let finder = AmbiguityFinder(viewMode: .sourceAccurate)
        finder.walk(type)
        return finder.found
    }

    private final class AmbiguityFinder: SyntaxVisitor {
        var found: IdentifierTypeSyntax?

        override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
            if ["Receiver", "Output"].contains(node.name.text) { found = found ?? node }
            return .visitChildren
        }
    }
}
