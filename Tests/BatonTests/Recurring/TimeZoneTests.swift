import Foundation
import Testing

@testable import Baton

@Suite struct TimeZoneTests {
    @Test(arguments: ["UTC", "GMT", "Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Kathmandu"])
    func zonesAreFoundByName(_ name: String) {
        #expect(TimeZone.named(name) != nil)
    }

    @Test(arguments: ["", "Mars", "Europe/Atlantis"])
    func othersAreNot(_ name: String) {
        #expect(TimeZone.named(name) == nil)
    }

    /// These tests link all of Foundation; a program that does not has zones only by what Baton brings along.
    @Test func aProgramWithoutFoundationHasZones() throws {
        let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let program = try Data(contentsOf: folder.appending(path: "baton-quickstart"))
        func names(_ library: String) -> Bool { program.range(of: Data("lib\(library).so".utf8)) != nil }
        #expect(!names("Foundation"), "it no longer shows anything")
        #expect(names("FoundationEssentials") == names("FoundationInternationalization"))
    }
}
