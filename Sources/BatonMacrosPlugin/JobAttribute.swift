import SwiftParser
import SwiftSyntax

/// What is written in the parentheses of `@Job(…)`.
struct JobAttribute {
    let node: AttributeSyntax

    /// The stored name, when one is given.
    private(set) var name: StringLiteralExprSyntax?
    private(set) var aliases: [StringLiteralExprSyntax] = []

    /// Former parameter names, each with the parameter it became.
    private(set) var renamed: [(old: StringLiteralExprSyntax, new: StringLiteralExprSyntax)] = []

    /// Whether the job is exclusive, as it is written; `nil` when nothing is.
    private(set) var exclusive: ExprSyntax?

    /// The retry policy, as it is written; `nil` when none is.
    private(set) var retry: ExprSyntax?

    /// The job's own filters, as they are written; `nil` when none are.
    private(set) var filters: ExprSyntax?

    /// What is handed on to `JobOptions` as it is written.
    private(set) var options: [(label: String, value: ExprSyntax)] = []

    init(_ node: AttributeSyntax, problems: inout Problems) {
        self.node = node
        guard case .argumentList(let arguments) = node.arguments else { return }
        for argument in arguments where !argument.expression.is(NilLiteralExprSyntax.self) {
            switch argument.label?.text {
            case nil:
                readName(argument.expression, &problems)
            case "aliases":
                readAliases(argument.expression, &problems)
            case "renamed":
                readRenamed(argument.expression, &problems)
            case "exclusive":
                exclusive = argument.expression
            case "retry":
                retry = argument.expression
            case "filters":
                filters = argument.expression
            case let label?:
                check(label, argument.expression, &problems)
                options.append((label, argument.expression))
            }
        }
    }

    /// The name and the aliases, for finding the same one twice.
    var storedNames: [StringLiteralExprSyntax] { [name].compactMap(\.self) + aliases }

    private mutating func readName(_ expression: ExprSyntax, _ problems: inout Problems) {
        name = storedName(expression, &problems)
    }

    private mutating func readAliases(_ expression: ExprSyntax, _ problems: inout Problems) {
        guard let array = expression.as(ArrayExprSyntax.self) else {
            problems.add("literal-aliases", at: expression, "write the aliases out as an array of string literals")
            return
        }
        for element in array.elements {
            guard let alias = storedName(element.expression, &problems) else { continue }
            if storedNames.contains(where: { $0.representedLiteralValue == alias.representedLiteralValue }) {
                problems.add("repeated-alias", at: alias, "the job already has the name \(alias.trimmed)")
            } else {
                aliases.append(alias)
            }
        }
    }

    private mutating func readRenamed(_ expression: ExprSyntax, _ problems: inout Problems) {
        guard let dictionary = expression.as(DictionaryExprSyntax.self) else {
            problems.add(
                "literal-renamed",
                at: expression,
                "write the renamed parameters out as a dictionary of string literals: [\"old\": \"new\"]"
            )
            return
        }
        guard case .elements(let elements) = dictionary.content else { return }
        for element in elements {
            guard
                let old = literal(element.key, "a parameter's former name", &problems),
                let new = literal(element.value, "a parameter's name", &problems)
            else { continue }
            renamed.append((old, new))
        }
    }

    private func storedName(_ expression: ExprSyntax, _ problems: inout Problems) -> StringLiteralExprSyntax? {
        guard let literal = literal(expression, "a job's name", &problems) else { return nil }
        guard let problem = StoredNameRules.problem(withName: literal.representedLiteralValue ?? "") else {
            return literal
        }
        problems.add("invalid-name", at: literal, problem)
        return nil
    }

    private func literal(
        _ expression: ExprSyntax,
        _ what: String,
        _ problems: inout Problems
    ) -> StringLiteralExprSyntax? {
        if let literal = expression.as(StringLiteralExprSyntax.self), literal.representedLiteralValue != nil {
            return literal
        }
        problems.add(
            "literal-name",
            at: expression,
            "\(what) must be a string literal: stored jobs are found by it, so it may not change from run to run"
        )
        return nil
    }

    private func check(_ label: String, _ expression: ExprSyntax, _ problems: inout Problems) {
        if label == "queue",
            let queue = expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue,
            let problem = StoredNameRules.problem(withQueue: queue)
        {
            problems.add("invalid-queue", at: expression, problem)
        }
        let isNegative = expression.as(PrefixOperatorExprSyntax.self)?.operator.text == "-"
        let literal = expression.as(IntegerLiteralExprSyntax.self)?.representedLiteralValue
        if label == "maximumAttempts", isNegative || literal == 0 {
            problems.add("invalid-attempts", at: expression, "a job needs at least 1 attempt")
        }
    }
}
