/// A PostgreSQL data type, named by its object identifier.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The object identifier in `pg_type`.
    public let rawValue: UInt32

    /// `boolean`.
    public static let bool = PostgresType(rawValue: 16)
    /// `bytea`.
    public static let bytea = PostgresType(rawValue: 17)
    /// `"char"`, a single byte.
    public static let char = PostgresType(rawValue: 18)
    /// `name`.
    public static let name = PostgresType(rawValue: 19)
    /// `bigint`.
    public static let int8 = PostgresType(rawValue: 20)
    /// `smallint`.
    public static let int2 = PostgresType(rawValue: 21)
    /// `integer`.
    public static let int4 = PostgresType(rawValue: 23)
    /// `text`.
    public static let text = PostgresType(rawValue: 25)
    /// `json`.
    public static let json = PostgresType(rawValue: 114)
    /// `real`.
    public static let float4 = PostgresType(rawValue: 700)
    /// `double precision`.
    public static let float8 = PostgresType(rawValue: 701)
    /// The type of a literal that has none yet.
    public static let unknown = PostgresType(rawValue: 705)
    /// `character`.
    public static let bpchar = PostgresType(rawValue: 1042)
    /// `character varying`.
    public static let varchar = PostgresType(rawValue: 1043)
    /// `timestamp with time zone`.
    public static let timestamptz = PostgresType(rawValue: 1184)
    /// `uuid`.
    public static let uuid = PostgresType(rawValue: 2950)
    /// `jsonb`.
    public static let jsonb = PostgresType(rawValue: 3802)

    /// `boolean[]`.
    public static let boolArray = PostgresType(rawValue: 1000)
    /// `bytea[]`.
    public static let byteaArray = PostgresType(rawValue: 1001)
    /// `smallint[]`.
    public static let int2Array = PostgresType(rawValue: 1005)
    /// `integer[]`.
    public static let int4Array = PostgresType(rawValue: 1007)
    /// `text[]`.
    public static let textArray = PostgresType(rawValue: 1009)
    /// `bigint[]`.
    public static let int8Array = PostgresType(rawValue: 1016)
    /// `real[]`.
    public static let float4Array = PostgresType(rawValue: 1021)
    /// `double precision[]`.
    public static let float8Array = PostgresType(rawValue: 1022)
    /// `timestamp with time zone[]`.
    public static let timestamptzArray = PostgresType(rawValue: 1185)
    /// `uuid[]`.
    public static let uuidArray = PostgresType(rawValue: 2951)
    /// `jsonb[]`.
    public static let jsonbArray = PostgresType(rawValue: 3807)

    /// Names a type by its object identifier.
    ///
    /// - Parameter rawValue: The object identifier in `pg_type`.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Whether the type was made by a user, such as an enumeration, and has no fixed identifier.
    var isUserDefined: Bool { self.rawValue >= 16384 }

    /// Whether the type is one of the scalars above, whose bytes must not be mistaken for an array.
    var isKnownScalar: Bool { Self.scalars.contains(self) }

    private static let scalars: Set<PostgresType> = [
        .bool, .bytea, .char, .name, .int8, .int2, .int4, .text, .json, .float4, .float8, .unknown, .bpchar, .varchar,
        .timestamptz, .uuid, .jsonb,
    ]
}

extension PostgresType: CustomStringConvertible {
    /// The type's name in SQL, where it is one of those above; otherwise its object identifier.
    public var description: String {
        Self.names[self] ?? "type \(self.rawValue)"
    }

    private static let names: [PostgresType: String] = [
        .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint", .int2: "smallint",
        .int4: "integer", .text: "text", .json: "json", .float4: "real", .float8: "double precision",
        .unknown: "unknown", .bpchar: "character", .varchar: "character varying",
        .timestamptz: "timestamp with time zone", .uuid: "uuid", .jsonb: "jsonb", .boolArray: "boolean[]",
        .byteaArray: "bytea[]", .int2Array: "smallint[]", .int4Array: "integer[]", .textArray: "text[]",
        .int8Array: "bigint[]", .float4Array: "real[]", .float8Array: "double precision[]",
        .timestamptzArray: "timestamp with time zone[]", .uuidArray: "uuid[]", .jsonbArray: "jsonb[]",
    ]
}
