import Testing

@testable import PostgresClient

@Suite struct NULTests {
    @Test(arguments: ["", "a", "0", "SELECT 'é'", "a text that lies elsewhere", String(repeating: "a", count: 10_000)])
    func aTextWithoutNULHoldsNone(text: String) {
        #expect(!text.holdsNUL)
    }

    /// In texts that lie in the value itself, and in others.
    @Test(arguments: [1, 2, 15, 16, 17, 100, 5_000])
    func aNULIsFoundWhereverItIs(length: Int) {
        for index in Set([0, length / 2, length - 1]) {
            var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            bytes[index] = 0
            #expect(String(decoding: bytes, as: UTF8.self).holdsNUL, "at \(index)")
        }
    }
}
