internal import Baton

extension JobPriorityLevel {
    /// The number by which SQL knows the level.
    var code: Int32 { Int32(rawValue) }

    /// SQL for the number of a priority's level.
    ///
    /// Written as in the index on it, which is found by the text alone.
    ///
    /// - Parameter priority: SQL for the priority.
    /// - Returns: SQL.
    static func code(of priority: String) -> String {
        """
        CASE WHEN \(priority) >= 10 THEN 3 WHEN \(priority) > 0 THEN 2 WHEN \(priority) = 0 THEN 1 ELSE 0 END
        """
    }
}
