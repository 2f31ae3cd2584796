/// The rules for stored names, as the library checks them at registration; checked here to point at the user's line.
enum StoredNameRules {
    /// Why a job's name is not allowed, or `nil` when it is.
    static func problem(withName name: String) -> String? {
        if name.isEmpty { return "a job's name must not be empty" }
        if name.utf8.count > 200 { return "a job's name takes at most 200 bytes of UTF-8" }
        let isPrintable = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .unassigned: false
            default: true
            }
        }
        return isPrintable ? nil : "a job's name holds printable characters only"
    }

    /// Why a queue's name is not allowed, or `nil` when it is.
    static func problem(withQueue name: String) -> String? {
        let isAllowed =
            (1...50).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
                default: false
                }
            }
        return isAllowed ? nil : "a queue's name is 1 to 50 of a–z, 0–9, “_”, “-” and “.”"
    }
}
