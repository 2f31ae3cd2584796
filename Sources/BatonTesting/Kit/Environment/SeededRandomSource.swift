import Baton
import Locking

/// Randomness that is the same for the same seed (SplitMix64), so that ids and delays of a test repeat themselves.
final class SeededRandomSource: RandomSource {
    private let state: Locked<UInt64>

    /// Makes a source.
    ///
    /// - Parameter seed: Any number.
    init(seed: UInt64) {
        state = Locked(seed)
    }

    func next() -> UInt64 {
        var bits = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return state
        }
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
