import SwiftSyntax

/// The `@Job` methods of a type, as `@Jobs` sees them.
struct JobMembers {
    /// Every function marked `@Job`, whether or not it can be one.
    let marked: [FunctionDeclSyntax]

    /// Those that can be one; why the others cannot is said by `@Job` itself.
    private let jobs: [JobFunction]

    /// Functions marked `@Job` inside of `#if`.
    private let conditional: [FunctionDeclSyntax]

    init(_ block: MemberBlockSyntax, lexicalContext: [Syntax]) {
        let functions = block.members.compactMap { $0.decl.as(FunctionDeclSyntax.self) }
        self.marked = functions.filter { $0.jobAttribute != nil }
        self.jobs = marked.compactMap { function in
            var ignored = Problems()
            return function.jobAttribute.flatMap { attribute in
                JobFunction(function, attribute, lexicalContext: lexicalContext, module: nil, problems: &ignored)
            }
        }
        let finder = ConditionalJobs(viewMode: .sourceAccurate)
        for condition in block.members.compactMap({ $0.decl.as(IfConfigDeclSyntax.self) }) {
            finder.walk(condition)
        }
        self.conditional = finder.found
    }

    /// The elements of the array `jobs`.
    var list: String {
        let elements = jobs.map { job in
            "BatonMacros.JobDefinition(\(job.needsReceiver ? "" : "static: ")\(job.callName).self)"
        }
        return elements.isEmpty ? "[]" : "[\n\(elements.map { "    \($0)" }.joined(separator: ",\n"))\n]"
    }

    /// Adds what one function alone cannot know.
    func check(_ problems: inout Problems) {
        for function in conditional {
            problems.add(
                "conditional",
                at: function.name,
                "@Jobs does not see into #if; declare '\(function.name.text)' outside of it and put the #if into its body"
            )
        }
        var functions: Set<String> = []
        for function in marked where !functions.insert(function.name.text).inserted {
            problems.add(
                "overload",
                at: function.name,
                "'\(function.name.text)' is a @Job already, and jobs cannot be overloaded; give this one another name"
            )
        }
        var names: [String: String] = [:]
        for job in jobs {
            for (name, node) in job.storedNames {
                // Overloads share their default name and have a message already.
                if let other = names.updateValue(job.name, forKey: name), other != job.name {
                    problems.add(
                        "duplicate-name",
                        at: node,
                        "'\(job.name)' and '\(other)' are both stored under the name \"\(name)\""
                    )
                }
            }
        }
    }

    private final class ConditionalJobs: SyntaxVisitor {
        var found: [FunctionDeclSyntax] = []

        override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
            if node.jobAttribute != nil { found.append(node) }
            return .skipChildren
        }

        // A nested type's jobs are its own.
        override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
        override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
        override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
        override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
    }
}

extension FunctionDeclSyntax {
    /// The function's `@Job`, if it has one.
    fileprivate var jobAttribute: AttributeSyntax? {
        attributes
            .compactMap { $0.as(AttributeSyntax.self) }
            .first { ["Job", "BatonMacros.Job"].contains($0.attributeName.trimmedDescription) }
    }
}
