import Baton
import Locking

/// Randomness from a seed: the same numbers for the same seed everywhere (SplitMix64), for kits and simulations.
final class SeededRandomSource: RandomSource {
    private let state: Locked<UInt64>

    /// Creates the source.
    ///
    /// - Parameter seed: What the numbers follow from.
    init(seed: UInt64) {
        state = Locked(seed)
    }

    /// The next 64 random bits.
    ///
    /// - Returns: Uniformly distributed bits.
    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    /// A source of its own, so that what one part of a simulation draws does not change what another does.
    func fork() -> SeededRandomSource {
        SeededRandomSource(seed: next())
    }

    /// A number below a limit.
    func below(_ limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// Whether something happens that has this chance.
    func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// A time between two times, in whole microseconds.
    func duration(_ shortest: Duration, _ longest: Duration) -> Duration {
        let microseconds = max(0, Int((longest - shortest) / .microseconds(1)))
        return shortest + .microseconds(below(microseconds + 1))
    }

    /// One of some things; there must be one.
    func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
