import Baton
import Locking

/// SplitMix64: small, and the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// The domain's randomness, from a seed.
final class SeededRandom: RandomSource {
    private let generator: Locked<SeededGenerator>

    init(seed: UInt64) {
        generator = Locked(SeededGenerator(seed: seed))
    }

    func next() -> UInt64 {
        generator.withLock { $0.next() }
    }
}

/// Randomness that always says the same.
struct ConstantRandom: RandomSource {
    let bits: UInt64

    func next() -> UInt64 {
        bits
    }
}

/// Seeds for property tests.
///
/// They are arguments of the tests, so that a failure names the seed: half of them are always the same, half are new.
enum Seeds {
    static let few = make(20)
    static let many = make(100)

    private static func make(_ count: UInt64) -> [UInt64] {
        Array(0..<(count / 2)) + (0..<(count / 2)).map { _ in UInt64.random(in: UInt64(UInt32.max)...(.max)) }
    }
}
