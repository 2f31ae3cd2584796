#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobID {
    /// The name space of the ids of submitted jobs; producers may count with it, so it never changes.
    static let submissions = JobID(
        UUID(
            uuid: (
                0x6b, 0xa6, 0x0e, 0x52, 0x9c, 0x1d, 0x4b, 0x0e, 0x8f, 0x5d, 0x1c, 0x5a, 0x8e, 0x2d, 0x70, 0x41
            )
        )
    )

    /// Whether it is one of the two ids that stand for none or all.
    var isReserved: Bool {
        withUnsafeBytes(of: uuid.uuid) { bytes in bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF } }
    }

    /// Makes a UUIDv5 (RFC 9562, section 5.5): the same for the same name.
    ///
    /// - Parameters:
    ///   - space: The name space.
    ///   - name: The name.
    init(uuidv5 space: JobID, name: String) {
        let prefix = withUnsafeBytes(of: space.uuid.uuid) { Array($0) }
        var hash = SHA1.hash(prefix + Array(name.utf8))
        hash[6] = hash[6] & 0x0F | 0x50
        hash[8] = hash[8] & 0x3F | 0x80
        self.init(
            UUID(
                uuid: (
                    hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
                    hash[8], hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]
                )
            )
        )
    }
}
