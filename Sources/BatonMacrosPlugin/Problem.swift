import SwiftDiagnostics
import SwiftSyntax

/// Something in the user's code that keeps a function from becoming a job.
struct Problem: DiagnosticMessage {
    let identifier: String
    let message: String
    let severity: DiagnosticSeverity

    init(_ identifier: String, _ message: String, severity: DiagnosticSeverity = .error) {
        self.identifier = identifier
        self.message = message
        self.severity = severity
    }

    var diagnosticID: MessageID { MessageID(domain: "Baton", id: identifier) }
}

/// The problems found so far, each with the piece of code to point at.
///
/// All of them are shown at once, so that a function is not mended one message at a time.
struct Problems {
    private(set) var diagnostics: [Diagnostic] = []

    mutating func add(_ identifier: String, at node: some SyntaxProtocol, _ message: String) {
        diagnostics.append(Diagnostic(node: node, message: Problem(identifier, message)))
    }

    var isEmpty: Bool { diagnostics.isEmpty }
}
