#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension UUID: PostgresArrayElement {
    /// `uuid`.
    public static var postgresType: PostgresType { .uuid }
    /// `uuid[]`.
    public static var postgresArrayType: PostgresType { .uuidArray }

    /// Writes sixteen bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        withUnsafeBytes(of: self.uuid) { buffer.append(contentsOf: $0) }
    }

    /// Reads a `uuid`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The identifier.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> UUID {
        guard type == .uuid else { throw .wrongType(type, expected: .uuid) }
        guard bytes.byteCount == 16 else { throw .wrongLength(bytes.byteCount, of: type) }
        return UUID(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) })
    }
}
