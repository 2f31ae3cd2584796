#if canImport(FoundationEssentials)
    import FoundationEssentials
    #if canImport(FoundationInternationalization)
        import FoundationInternationalization
    #endif
#else
    import Foundation
#endif

extension TimeZone {
    /// A zone by its name.
    ///
    /// - Parameter name: The name in the IANA database, such as `Europe/Paris`.
    /// - Returns: The zone; `nil` when there is none of that name.
    static func named(_ name: String) -> TimeZone? {
        if let zone = TimeZone(identifier: name) { return zone }
        #if canImport(FoundationEssentials) && canImport(FoundationInternationalization)
            // FoundationEssentials alone knows no zone but GMT: FoundationInternationalization puts the others in its place
            // where it is loaded, without any symbol of it being named. Linkers leave out libraries and parts of archives
            // of which none is, so this names one; it is defined where the replacement is, which archives need.
            _ = 0.0.formatted()
        #endif
        return nil
    }
}
