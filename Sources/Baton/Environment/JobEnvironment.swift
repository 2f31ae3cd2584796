#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What the domain takes from outside: time, randomness and, made of both, ids.
///
/// A simulation hands in its own and replays a run exactly.
public struct JobEnvironment: Sendable {
    /// Time.
    public var clock: any JobClock
    /// Randomness.
    public var random: any RandomSource
    /// Where tasks go that are not part of another, jobs included; `nil` for the system's threads and threads for jobs.
    ///
    /// For a simulation, in which everything happens on one thread and in an order of its choice.
    package var tasks: (any TaskExecutor)?
    /// What is done wrong on purpose, to show that a simulation finds it.
    package var defects: Set<PlantedDefect> = []

    /// Creates an environment.
    ///
    /// - Parameters:
    ///   - clock: Time; the machine's by default.
    ///   - random: Randomness; the operating system's by default.
    public init(clock: any JobClock = SystemClock(), random: any RandomSource = SystemRandomSource()) {
        self.clock = clock
        self.random = random
    }

    /// A new job id: a UUIDv7 of the present date.
    ///
    /// - Returns: The id. Ids made later sort later, to the millisecond.
    public func makeJobID() -> JobID {
        let milliseconds = clock.date.timeIntervalSince1970 * 1000
        return JobID(
            uuidv7: UInt64(max(0, milliseconds)),
            random: (random.next(), random.next())
        )
    }

    /// New job ids in ascending order, as RFC 9562, section 6.2, method 2 has it.
    ///
    /// - Parameter count: How many.
    /// - Returns: UUIDv7s of the present date, each a random step above the one before.
    public func makeJobIDs(_ count: Int) -> [JobID] {
        let milliseconds = UInt64(max(0, clock.date.timeIntervalSince1970 * 1000))
        guard count > 0 else { return [] }
        let numbers = random.next(count + 1)
        let high = numbers[0]
        // So far below its end that steps of 32 bits do not reach it.
        var low = numbers[1] & 0x1FFF_FFFF_FFFF_FFFF
        return numbers.indices.dropFirst().map { index in
            if index > 1 { low += 1 + numbers[index] >> 32 }
            return JobID(uuidv7: milliseconds, random: (high, low))
        }
    }

    /// A random UUID, for epochs and sessions.
    ///
    /// Never drawn from a sequence: a failover may turn sequences back (PROTOCOL section 1).
    ///
    /// - Returns: A UUIDv4.
    public func makeUUID() -> UUID {
        let (high, low) = (random.next(), random.next())
        var bytes = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 {
            bytes[index] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
            bytes[index + 8] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))
        }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
                bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            )
        )
    }
}
