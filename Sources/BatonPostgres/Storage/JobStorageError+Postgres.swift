internal import Baton
internal import PostgresClient

extension JobStorageError {
    /// Judges an error of the database.
    ///
    /// What may have happened must never be called certain: the caller would publish nothing for a job that is stored, or
    /// drop a message whose job is not done. An answer that arrived but cannot be read belongs there too: its transaction
    /// is committed.
    init(_ error: PostgresError) {
        let code: Code =
            switch error.code {
            case _ where error.outcomeIsUnknown: .outcomeUnknown
            case .decodingFailed: .outcomeUnknown
            case .queryFailed, .commitFailed: Self.code(for: error)
            case .invalidConfiguration, .invalidStatement, .alreadyRunning: .refused
            default: .unavailable
            }
        self.init(code, error.description, underlyingError: error)
        // Data that cannot be, constraints, limits of the program.
        blamesInput = error.sqlState.map { ["22", "23", "54"].contains($0.errorClass) } ?? true
    }

    /// The schema is of another version than this program.
    static func version(_ version: Int, of schema: Schema) -> JobStorageError {
        JobStorageError(
            .schemaMismatch,
            "Schema \(schema.name) has version \(version), this program works with \(Migration.currentVersion). "
                + (version < Migration.currentVersion ? "Migrate it." : "Update the program.")
        )
    }

    private static func code(for error: PostgresError) -> Code {
        guard let state = error.sqlState else { return error.isRetryable ? .unavailable : .refused }
        switch state.rawValue {
        case Migration.newerSchemaState: return .schemaMismatch
        // Undefined schema, table, column, function, object.
        case "3F000", "42P01", "42703", "42883", "42704": return .schemaMismatch
        // A standby that has not been promoted yet; a statement or lock timeout of the server's configuration.
        case "25006", "57014", "55P03": return .unavailable
        default:
            let isTransient = ["08", "40", "53", "57", "58"].contains(state.errorClass)
            return isTransient || error.isRetryable ? .unavailable : .refused
        }
    }
}
