@testable import Baton

/// An owner of jobs, a server that watches it, a database and a broker, in steps of 50 ms.
///
/// It keeps what each of them knows and has lost, and who writes which certificate. Delays are random, from a seed.
struct TakeoverSimulation {
    /// What can go wrong without the owner being dead.
    enum Fault: CaseIterable {
        case ownerLosesSession, ownerLosesConnection, watcherLosesSession, watcherLosesConnection
        case storageRestarts, brokerRestarts, bothRestart
    }

    /// One process's connections; each `nil` while it is broken.
    struct Links {
        var session: Int? = 0
        var connection: Int? = 0
        var sessionBackAt = 0
        var connectionBackAt = 0
    }

    /// The owner's row.
    struct Row {
        var renewal: Int64 = 0
        var renewedAt = 0
        var offersTakeover = false
        var isDead = false
    }

    private struct PendingLook {
        let start: Int
        let peer: PeerSighting
        let brokerAt: Int
    }

    static let step = 50
    private static let heartbeat = 2_000
    /// How soon a process knows that its broker connection is lost; sooner than anybody can connect again.
    private static let notice = 100

    let epoch = Sample.epoch(1)
    private(set) var now = 0
    private(set) var row = Row()
    private(set) var isOwnerAlive = true
    private(set) var certifiedAt: Int?
    private var owner = Links()
    private var watcher = Links()
    private var connectionLostAt = 0
    private var watch = TakeoverWatch()
    private var look: PendingLook?
    private var certificate: (renewal: Int64, at: Int, session: Int)?
    private var random: SeededGenerator
    /// What the owner alone has lost since it last told of it by a renewal.
    private var untold: Set<Fault> = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private mutating func delay(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random) / Self.step * Self.step
    }

    private static func instant(_ milliseconds: Int) -> JobInstant {
        JobInstant(offset: .milliseconds(milliseconds))
    }

    // MARK: What happens

    /// Kills the owner: both of its connections are gone a moment later.
    mutating func kill() {
        isOwnerAlive = false
        owner.session = nil
        owner.connection = nil
        owner.sessionBackAt = .max
        owner.connectionBackAt = .max
    }

    /// A message of the owner's comes again, for whatever reason.
    mutating func redeliver() {
        watch.suspect(epoch, at: Self.instant(now))
    }

    /// Brings a fault about, unless it would make the owner lose both connections alone, before it could tell: that is
    /// the one case in which a living owner is certified.
    mutating func strike(_ fault: Fault) {
        switch fault {
        case .ownerLosesSession:
            guard !untold.contains(.ownerLosesConnection) else { return }
            untold.insert(fault)
            loseSession(\.owner)
        case .ownerLosesConnection:
            guard !untold.contains(.ownerLosesSession) else { return }
            untold.insert(fault)
            loseConnection(\.owner)
        case .watcherLosesSession: loseSession(\.watcher)
        case .watcherLosesConnection: loseConnection(\.watcher)
        case .storageRestarts: [\Self.owner, \.watcher].forEach { loseSession($0) }
        case .brokerRestarts: [\Self.owner, \.watcher].forEach { loseConnection($0) }
        case .bothRestart:
            for links in [\Self.owner, \.watcher] {
                loseSession(links)
                loseConnection(links)
            }
        }
    }

    private mutating func loseSession(_ links: WritableKeyPath<Self, Links>) {
        let back = now + delay(150...8_000)
        self[keyPath: links].session = nil
        self[keyPath: links].sessionBackAt = back
    }

    private mutating func loseConnection(_ links: WritableKeyPath<Self, Links>) {
        let back = now + delay(150...8_000)
        self[keyPath: links].connection = nil
        self[keyPath: links].connectionBackAt = back
        if links == \.owner { connectionLostAt = now }
    }

    // MARK: Time

    /// Lets a step of time pass.
    mutating func pass() {
        now += Self.step
        if isOwnerAlive { reconnect(\.owner) }
        reconnect(\.watcher)
        if now % Self.heartbeat == 0, isOwnerAlive { renew() }
        // At another beat than the owner.
        if now % Self.heartbeat == 700, row.offersTakeover, now - row.renewedAt > Self.heartbeat * 5 / 4 {
            redeliver()
        }
        certify()
        watchOn()
    }

    private mutating func reconnect(_ links: WritableKeyPath<Self, Links>) {
        if self[keyPath: links].session == nil, self[keyPath: links].sessionBackAt <= now {
            self[keyPath: links].session = now
            if links == \.owner { untold.remove(.ownerLosesSession) }
        }
        if self[keyPath: links].connection == nil, self[keyPath: links].connectionBackAt <= now {
            self[keyPath: links].connection = now
            if links == \.owner { untold.remove(.ownerLosesConnection) }
        }
    }

    /// Over whatever connection there is; only the session that holds the lock lets the row offer a takeover.
    private mutating func renew() {
        guard !row.isDead else { return }
        let believesInConnection = owner.connection != nil || now - connectionLostAt < Self.notice
        row.renewal += 1
        row.renewedAt = now
        row.offersTakeover = owner.session != nil && believesInConnection
        // A row that offers nothing tells of it; one that does, only if there is nothing to tell.
        if !row.offersTakeover || owner.connection != nil { untold = [] }
    }

    private mutating func certify() {
        guard let due = certificate, due.at <= now else { return }
        certificate = nil
        guard watcher.session == due.session, due.session < row.renewedAt, owner.session == nil, row.offersTakeover,
            row.renewal == due.renewal, !row.isDead
        else { return }
        row.isDead = true
        certifiedAt = now
    }

    /// Storage is asked first; the broker's answer may take a while, and the world goes on.
    private mutating func watchOn() {
        let instant = Self.instant(now)
        if let pending = look, pending.brokerAt <= now {
            look = nil
            let queue = watcher.connection.map {
                PresenceSighting(isThere: owner.connection != nil, connectionAge: .milliseconds(now - $0))
            }
            let start = Self.instant(pending.start)
            let answer: TakeoverWatch.Look =
                queue == nil && !pending.peer.isLocked
                ? .failed
                : .seen(
                    Sighting(
                        pending.peer,
                        queue: queue,
                        askedAt: start,
                        storageAnsweredAt: start,
                        brokerAnsweredAt: instant
                    )
                )
            conclude(watch.looked(at: epoch, answer, from: start, to: instant))
        }
        guard look == nil, watch.takeDue(at: instant) == [epoch] else { return }
        guard let session = watcher.session else {
            return conclude(watch.looked(at: epoch, .failed, from: instant, to: instant))
        }
        guard row.offersTakeover, !row.isDead else {
            return conclude(watch.looked(at: epoch, .moot, from: instant, to: instant))
        }
        look = PendingLook(
            start: now,
            peer: PeerSighting(
                presence: ServerPresence(Sample.uuid(1)),
                isLocked: owner.session != nil,
                renewal: row.renewal,
                renewalAge: .milliseconds(now - row.renewedAt),
                sessionAge: .milliseconds(now - session)
            ),
            brokerAt: now + delay(0...300)
        )
    }

    private mutating func conclude(_ verdict: TakeoverWatch.Verdict) {
        guard case .dead(let renewal) = verdict, let session = watcher.session else { return }
        certificate = (renewal, now + delay(0...150), session)
    }
}
