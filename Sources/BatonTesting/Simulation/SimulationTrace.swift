/// What happened in a simulation: always as a hash, in words only when asked for.
///
/// Two runs of a seed have the same hash, or something in them did not come from the seed. The words are for people and
/// cost too much to be made in every run: a seed that fails is run again for them.
struct SimulationTrace: Sendable {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lines: [String] = []
    let isInWords: Bool

    init(isInWords: Bool) {
        self.isInWords = isInWords
    }

    /// Takes something into account.
    mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 29
    }

    /// Writes a line down.
    mutating func write(_ line: String) {
        lines.append(line)
    }
}
