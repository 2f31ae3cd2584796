import Baton

extension JobStorageConformance {
    static let probing: [Rule] = [
        Rule(
            "a round rests on a consumer session",
            "No round begins of a queue that nobody consumes (ProbeStorage.openProbe)."
        ) { subject in
            let server = try await subject.server()
            _ = try await subject.consumer(of: "rest", owner: server)
            let (gone, leaving) = (ConsumerSession(subject.environment.makeUUID()), try await subject.server())
            _ = try await subject.consumer(of: "gone", owner: leaving)
            try await subject.storage.deregister(leaving)
            _ = try await subject.storage.openConsumer(gone, of: "gone", owner: subject.epoch(), replacing: nil)
            for queue in ["mail", "gone"] {
                let isOpen = try await subject.opens(subject.probe(), of: queue)
                try Expect.equal(isOpen, false, "whether a round of “\(queue)” begins, which no living server consumes")
            }
            let session = try await subject.consumer(owner: server)
            let probe = try await subject.round()
            let expected = ProbeRound(
                id: probe,
                queue: "mail",
                phase: .joining,
                consumers: [ProbeRound.Consumer(session: session, hasJoined: false, hasPassed: false)],
                isVoid: false
            )
            try Expect.equal(try await subject.standing(), expected, "the round")
            let isRepeated = try await subject.opens(probe)
            try Expect.equal(isRepeated, true, "the answer to a repeat after a lost answer")
            try Expect.equal(try await subject.standing(), expected, "the round after the repeat")
        },
        Rule(
            "a round waits until consumers are quiet",
            "No round begins where a consumer session ended just before: the broker may not have noticed (ProbeStorage.openProbe)."
        ) { subject in
            let (server, leaving) = (try await subject.server(), try await subject.server())
            let first = try await subject.consumer(owner: server)
            _ = try await subject.consumer(owner: leaving)
            _ = try await subject.consumer(owner: server, replacing: first)
            for end in 0..<2 {
                let quiet = Duration.seconds(60)
                let early = try await subject.opens(subject.probe(), quiet: quiet)
                try Expect.equal(early, false, "whether a round begins at once after end \(end) of a session")
                try await subject.advance(.seconds(61))
                let probe = subject.probe()
                let later = try await subject.opens(probe, quiet: quiet, patience: .seconds(1))
                try Expect.equal(later, true, "whether a round begins 61 s after end \(end), where 60 are wanted")
                try await subject.advance(.seconds(2))
                if end == 0 { try await subject.storage.deregister(leaving) }
            }
        },
        Rule(
            "an epoch that is not alive opens no consumer session",
            "Of an epoch that is dead, has left or is unknown no session is registered, and none is replaced (ProbeStorage.openConsumer)."
        ) { subject in
            let (leaving, dying) = (try await subject.server(), try await subject.server(lease: .seconds(1)))
            let server = try await subject.server()
            let session = try await subject.consumer(owner: server)
            let probe = try await subject.round()
            try await subject.storage.deregister(leaving)
            try await subject.certify(dying, witness: server)
            for owner in [leaving, dying, subject.epoch()] {
                let refused = ConsumerSession(subject.environment.makeUUID())
                for replaced in [nil, session] {
                    let isOpen = try await subject.storage.openConsumer(
                        refused,
                        of: "mail",
                        owner: owner,
                        replacing: replaced
                    )
                    try Expect.equal(isOpen, false, "whether the session is registered")
                }
            }
            let round = try Expect.value(try await subject.standing(), "the round")
            try Expect.that(!round.isVoid, "a round that goes on", found: round)
            try Expect.equal(round.consumers.map(\.session), [session], "the sessions it rests on")
            try Expect.equal(try await subject.storage.join(session, to: probe), true, "whether all have joined")
        },
        Rule(
            "a consumer session ends with its server",
            "With its server's certificate, and when that leaves the list, a consumer session has ended (ProbeStorage.openConsumer)."
        ) { subject in
            let (leaving, dying) = (try await subject.server(), try await subject.server(lease: .seconds(1)))
            let witness = try await subject.server()
            for (queue, owner) in [("mail", leaving), ("rest", dying)] {
                _ = try await subject.consumer(of: queue, owner: owner)
                _ = try await subject.round(of: queue)
            }
            try await subject.storage.deregister(leaving)
            try await subject.certify(dying, witness: witness)
            for queue in ["mail", "rest"] {
                let round = try Expect.value(try await subject.standing(of: queue), "the round of “\(queue)”")
                try Expect.equal(round.consumers, [], "the consumer sessions of “\(queue)”")
                try Expect.that(round.isVoid, "the round of “\(queue)” to be void")
            }
        },
        Rule(
            "one round of a queue at a time",
            "While there is a round, another of its queue does not begin; those of other queues do (ProbeStorage)."
        ) { subject in
            let server = try await subject.server()
            for queue in ["mail", "rest"] { _ = try await subject.consumer(of: queue, owner: server) }
            let probes = [try await subject.round(), try await subject.round(of: "rest")]
            let isOpen = try await subject.opens(subject.probe())
            try Expect.equal(isOpen, false, "whether a second round begins")
            let rounds = try await subject.storage.probes(of: ["rest", "unknown", "mail"])
            try Expect.same(rounds.map(\.id), probes, "the rounds")
        },
        Rule(
            "of many who begin a round one does",
            "Of several who begin a round of one queue at once one does (ProbeStorage)."
        ) { subject in
            _ = try await subject.consumer(owner: try await subject.server())
            let probes = (0..<4).map { _ in subject.probe() }
            let opened = try await concurrently(4) { number in
                try await subject.untilAvailable { try await subject.opens(probes[number]) }
            }
            try Expect.same(opened, [true, false, false, false], "who began the round")
            let round = try await subject.standing()
            try Expect.equal(round?.id, zip(probes, opened).first { $1 }?.0, "the round")
        },
        Rule(
            "a round is given up in time",
            "A round that takes too long is given up, and the next may take twice as long (ProbeStorage.openProbe)."
        ) { subject in
            let session = try await subject.consumer(owner: try await subject.server())
            let first = try await subject.round(patience: .seconds(100))
            try await subject.advance(.seconds(101))
            try Expect.equal(try await subject.standing(), nil, "the round after its time")
            let joined = try await subject.storage.join(session, to: first)
            try Expect.equal(joined, false, "whether a round that was given up moves")
            let second = try await subject.round(patience: .seconds(100))
            try await subject.advance(.seconds(150))
            try Expect.equal(
                try await subject.standing()?.id,
                second,
                "the second round after one and a half times that"
            )
            try await subject.advance(.seconds(51))
            try Expect.equal(try await subject.standing(), nil, "the second round after twice that")
        },
        Rule(
            "a round that was void puts the next off",
            "After a round that was void the next waits for a quarter of its patience, two minutes at most (ProbeStorage.openProbe)."
        ) { subject in
            let session = try await subject.consumer(owner: try await subject.server())
            let probe = try await subject.publishedRound([session])
            for reason in ["a message was given back", "said again"] {
                let isLoss = try await subject.storage.voidProbe(probe, reason: reason)
                try Expect.equal(isLoss, false, "whether the round is a loss")
            }
            try Expect.equal(try await subject.standing(), nil, "the round that was void")
            let returned = try await subject.storage.noteReturn(of: probe, lane: 0, of: 1)
            try Expect.equal(returned, false, "whether the probe still moves it")
            for (wait, expected) in [(0, false), (80, false), (50, true)] {
                try await subject.advance(.seconds(wait))
                let isOpen = try await subject.opens(subject.probe(), patience: JobStorageSubject.longAge)
                try Expect.equal(
                    isOpen,
                    expected,
                    "whether the next begins another \(wait) s later, where 120 are wanted"
                )
            }
        },
        Rule(
            "a round is void when a session ends",
            "A round whose consumer sessions do not all last proves nothing; that is told once (PROTOCOL section 4, step 6)."
        ) { subject in
            let server = try await subject.server()
            for isLate in [false, true] {
                let queue = isLate ? "late" : "mail"
                let staying = try await subject.consumer(of: queue, owner: server)
                let early = isLate ? nil : try await subject.consumer(of: queue, owner: server)
                let probe = try await subject.round(of: queue)
                let ending =
                    if let early { early } else { try await subject.consumer(of: queue, owner: server) }
                _ = try await subject.consumer(of: queue, owner: server, replacing: ending)
                let joined = try await subject.storage.join(staying, to: probe)
                try Expect.equal(joined, false, "whether a void round moves")
                let round = try Expect.value(try await subject.standing(of: queue), "the round to be told of once")
                try Expect.that(round.isVoid, "the round to be void after the end of a session, late: \(isLate)")
                try Expect.equal(try await subject.standing(of: queue), nil, "the round when it was told of")
            }
        },
    ]
}
