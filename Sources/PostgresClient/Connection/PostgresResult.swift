import CLibPQ

/// What a statement returned: rows, or the number of rows it changed.
///
/// The rows stay as they came from the server; a value is decoded when it is asked for, on the caller's thread.
public struct PostgresResult: Sendable {
    /// Owns libpq's result, which nobody changes any more.
    final class Storage: @unchecked Sendable {
        let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) {
            self.pointer = pointer
        }

        deinit {
            PQclear(self.pointer)
        }
    }

    private let storage: Storage

    /// The number of rows.
    public let count: Int

    /// The number of rows that the statement inserted, updated, deleted or selected.
    public var affectedRows: Int {
        PQcmdTuples(self.storage.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The names of the columns.
    public var columnNames: [String] {
        (0..<PQnfields(self.storage.pointer)).map {
            PQfname(self.storage.pointer, $0).map { String(cString: $0) } ?? ""
        }
    }

    /// What the server says it did, such as `INSERT 0 1`.
    var commandTag: String {
        PQcmdStatus(self.storage.pointer).map { String(cString: $0) } ?? ""
    }

    /// Takes over a result of libpq.
    init(_ pointer: OpaquePointer) {
        self.storage = Storage(pointer)
        self.count = Int(PQntuples(pointer))
    }
}

extension PostgresResult: RandomAccessCollection {
    /// The first row's position.
    public var startIndex: Int { 0 }
    /// The position behind the last row.
    public var endIndex: Int { self.count }

    /// A row.
    ///
    /// - Parameter position: The row's number, from 0 on; it must exist.
    /// - Returns: The row.
    public subscript(position: Int) -> PostgresRow {
        precondition(self.indices.contains(position), "There is no row \(position) among \(self.count)")
        return PostgresRow(storage: self.storage, index: position)
    }
}
