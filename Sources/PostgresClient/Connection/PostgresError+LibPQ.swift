import CLibPQ

extension PostgresError {
    /// Reads the error that the server, or libpq itself, put in a result.
    init(_ code: Code, result: OpaquePointer) {
        let message =
            Self.field(.message, of: result)
            ?? PQresultErrorMessage(result).map { String(cString: $0).trimmingNewlines() }
        self.init(code, message ?? "the server gave no reason")
        self.sqlState = Self.field(.sqlState, of: result).map(SQLState.init(rawValue:))
        self.detail = Self.field(.detail, of: result)
        self.hint = Self.field(.hint, of: result)
        self.constraintName = Self.field(.constraintName, of: result)
        // The code is shared with what is truly not supported; only the place tells them apart.
        self.isStalePlan =
            self.sqlState == .featureNotSupported
            && Self.field(.sourceFunction, of: result) == "RevalidateCachedQuery"
    }

    /// The severity of an error or notice, in English whatever the server's language.
    static func severity(of result: OpaquePointer) -> String? {
        self.field(.severity, of: result)
    }

    /// Whether the server ends the connection with an error.
    static func isLastWord(_ result: OpaquePointer) -> Bool {
        let severity = self.severity(of: result)
        return severity == "FATAL" || severity == "PANIC"
    }

    private static func field(_ field: ErrorField, of result: OpaquePointer) -> String? {
        guard let code = field.rawValue.asciiValue else { return nil }
        return PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
    }
}

/// The fields of an error; C's character constants do not come through the importer.
private enum ErrorField: Character {
    case severity = "V"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case hint = "H"
    case constraintName = "n"
    case sourceFunction = "R"
}

extension String {
    func trimmingNewlines() -> String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
