public import Baton

extension PostgresStorage {
    /// The SQL by which an administrator makes a namespace's roles (migrator, runtime, producer, reader) and grants them what
    /// they need: to be run after every migration.
    ///
    /// - Parameter namespace: The namespace.
    /// - Returns: SQL, in one transaction; it may be run again.
    /// - Throws: ``JobStorageError``, refused, for a name that is no namespace.
    public static func grants(namespace: String) throws(JobStorageError) -> String {
        Grants.script(for: Schema(namespace: try Namespace(namespace)))
    }
}
