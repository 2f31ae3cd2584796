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
        /// When the process knows that its broker connection is lost.
        var noticesAt = 0
    }

    /// The owner's row.
    struct Row {
        var renewal: Int64 = 0
        var renewedAt = 0
        var stoodAfter = 0
        var offersTakeover = false
        var isDead = false
    }

    /// A renewal on its way to storage.
    private struct PendingRenewal {
        let stoodAfter: Int64?
        let session: Int?
        let arrivesAt: Int
    }

    private struct PendingLook {
        let start: Int
        let peer: PeerSighting
        let brokerAt: Int
    }

    static let step = 50
    private static let heartbeat = 2_000

    let epoch = Sample.epoch(1)
    private(set) var now = 0
    private(set) var row = Row()
    private(set) var isOwnerAlive = true
    private(set) var certifiedAt: Int?
    private var owner = Links()
    private var watcher = Links()
    private var offer = TakeoverOffer()
    private var renewal: PendingRenewal?
    /// The broker has shown the owner's queue after a renewal; when the owner hears of it.
    private var shown: (renewal: Int64, at: Int)?
    private var watch = TakeoverWatch()
    private var look: PendingLook?
    private var certificate: (renewal: Int64, at: Int, session: Int)?
    private var random: SeededGenerator
    /// What the owner alone has lost since it last told of it by a renewal.
    private var untold: Set<Fault> = []
    /// How long a renewal may be under way, and how long a process may believe in a lost connection.
    private let slowest: (renewal: Int, notice: Int)

    /// Makes a simulation in which all is well for the time being.
    ///
    /// - Parameters:
    ///   - seed: What all delays come from.
    ///   - isSlow: Whether processes and lines may halt for longer than it takes others to connect again.
    init(seed: UInt64, isSlow: Bool = false) {
        random = SeededGenerator(seed: seed)
        slowest = isSlow ? (renewal: 1_500, notice: 6_000) : (renewal: 100, notice: 100)
    }

    private mutating func delay(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random) / Self.step * Self.step
    }

    private static func instant(_ milliseconds: Int) -> JobInstant {
        JobInstant(offset: .milliseconds(milliseconds))
    }

    // MARK: What happens

    /// Whether the owner's queue is gone, as the watcher can see over a connection that the last renewal came after.
    var looksGone: Bool {
        owner.connection == nil && watcher.connection.map { $0 < row.renewedAt } ?? false
    }

    /// Whether both of them have their broker connections.
    var areConnected: Bool {
        owner.connection != nil && watcher.connection != nil
    }

    /// Kills the owner: both of its connections are gone a moment later.
    mutating func kill() {
        isOwnerAlive = false
        renewal = nil
        shown = nil
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
        let notices = now + delay(0...slowest.notice)
        // Whoever watches asks the broker, and so knows at once.
        let back = (links == \.owner ? notices : now) + delay(150...8_000)
        self[keyPath: links].connection = nil
        self[keyPath: links].noticesAt = notices
        self[keyPath: links].connectionBackAt = back
    }

    // MARK: Time

    /// Lets a step of time pass.
    mutating func pass() {
        now += Self.step
        if isOwnerAlive { reconnect(\.owner) }
        reconnect(\.watcher)
        if now % Self.heartbeat == 0, isOwnerAlive { sendRenewal() }
        takeRenewal()
        if let shown, shown.at <= now {
            offer.stood(after: shown.renewal)
            self.shown = nil
        }
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

    private mutating func sendRenewal() {
        let believesInConnection = owner.connection != nil || now < owner.noticesAt
        renewal = PendingRenewal(
            stoodAfter: believesInConnection ? offer.stoodAfter : nil,
            session: owner.session,
            arrivesAt: now + delay(0...slowest.renewal)
        )
    }

    /// Over whatever connection there is; only the session that holds the lock lets the row offer a takeover.
    private mutating func takeRenewal() {
        guard let arrived = renewal, arrived.arrivesAt <= now else { return }
        renewal = nil
        guard !row.isDead else { return }
        let isOverSession = arrived.session != nil && arrived.session == owner.session
        row.offersTakeover = isOverSession && arrived.stoodAfter == row.renewal
        row.stoodAfter = row.renewedAt
        row.renewal += 1
        row.renewedAt = now
        offer.renewed(row.renewal)
        // Asked at once, and answered a while later.
        if owner.connection != nil { shown = (row.renewal, now + delay(0...300)) }
        // A row that offers nothing tells of it; one that does, only if there is nothing to tell.
        if !row.offersTakeover || owner.connection != nil { untold = [] }
    }

    private mutating func certify() {
        guard let due = certificate, due.at <= now else { return }
        certificate = nil
        guard watcher.session == due.session, due.session < row.stoodAfter, owner.session == nil, row.offersTakeover,
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
                stoodAge: .milliseconds(now - row.stoodAfter),
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
