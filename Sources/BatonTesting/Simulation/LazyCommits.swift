import Baton
import Locking

/// The commits that nobody waited for, which a crash of the database may take back: heartbeats and watermarks (PROTOCOL
/// section 1).
///
/// Harsher than a database, where what is written later is lost first: each server and each session falls back by itself.
final class LazyCommits: Sendable {
    private struct Version<Value: Sendable> {
        let value: Value
        /// When another took its place.
        let until: JobInstant
    }

    private struct State {
        var servers: [ServerEpoch: [Version<InMemoryTables.Server>]] = [:]
        var sessions: [PublisherSession: [Version<InMemoryTables.Session>]] = [:]
    }

    /// Longer than a database is ever behind.
    private static let kept = Duration.seconds(10)

    private let state = Locked(State())

    /// Notes what a server was before a heartbeat.
    func note(_ server: InMemoryTables.Server, of epoch: ServerEpoch, until now: JobInstant) {
        state.withLock { Self.append(server, to: &$0.servers[epoch, default: []], now) }
    }

    /// Notes what a session was before a watermark.
    func note(_ state: InMemoryTables.Session, of session: PublisherSession, until now: JobInstant) {
        self.state.withLock { Self.append(state, to: &$0.sessions[session, default: []], now) }
    }

    private static func append<Value>(_ value: Value, to versions: inout [Version<Value>], _ now: JobInstant) {
        versions.removeAll { $0.until.duration(to: now) > kept }
        versions.append(Version(value: value, until: now))
    }

    /// Notes a commit that was waited for, with which all earlier ones of the server are stored.
    func settle(_ epoch: ServerEpoch) {
        state.withLock { $0.servers[epoch] = nil }
    }

    /// Notes a commit that was waited for, with which all earlier ones of the session are stored.
    func settle(_ session: PublisherSession) {
        state.withLock { $0.sessions[session] = nil }
    }

    /// Takes commits back.
    ///
    /// Certificates and the ends of sessions stay: they were waited for.
    ///
    /// - Parameters:
    ///   - behind: How old they are at most.
    ///   - now: The present.
    ///   - random: Which of them.
    ///   - tables: Where.
    /// - Returns: How many servers and sessions fell back.
    func lose(
        behind: Duration,
        at now: JobInstant,
        _ random: SeededRandomSource,
        from tables: inout InMemoryTables
    ) -> Int {
        let lost = state.withLock { state in
            defer { state = State() }
            return state
        }
        var fallen = 0
        for epoch in lost.servers.keys.sorted(by: { $0.description < $1.description }) {
            let earlier = Self.pick(lost.servers[epoch] ?? [], behind, now, random)
            guard let earlier, tables.isAlive(epoch) else { continue }
            tables.servers[epoch] = earlier
            fallen += 1
        }
        for session in lost.sessions.keys.sorted(by: { $0.description < $1.description }) {
            let earlier = Self.pick(lost.sessions[session] ?? [], behind, now, random)
            guard let earlier, tables.sessions[session]?.isClosed == false else { continue }
            tables.sessions[session] = earlier
            fallen += 1
        }
        return fallen
    }

    /// One of the versions that a crash may bring back; `nil` for the last one, of which nothing is lost.
    private static func pick<Value>(
        _ versions: [Version<Value>],
        _ behind: Duration,
        _ now: JobInstant,
        _ random: SeededRandomSource
    ) -> Value? {
        let candidates = versions.filter { $0.until.duration(to: now) <= behind }
        let index = random.below(candidates.count + 1)
        return index < candidates.count ? candidates[index].value : nil
    }
}
