import Baton

extension JobStorageConformance {
    static let concluding: [Rule] = [
        Rule(
            "the last to join publishes",
            "When all sessions have joined, the last publishes the probe, and nobody else does (ProbeStorage.join)."
        ) { subject in
            let server = try await subject.server()
            let (first, last) = (try await subject.consumer(owner: server), try await subject.consumer(owner: server))
            let stranger = try await subject.consumer(of: "rest", owner: server)
            let probe = try await subject.round()
            for session in [first, first, stranger, ConsumerSession(subject.environment.makeUUID())] {
                let isLast = try await subject.storage.join(session, to: probe)
                try Expect.equal(isLast, false, "whether the probe is published while one has not joined")
            }
            let round = try Expect.value(try await subject.standing(), "the round")
            try Expect.equal(round.phase, .joining, "the phase while one has not joined")
            try Expect.same(
                round.consumers,
                [(first, true), (last, false)].map {
                    ProbeRound.Consumer(session: $0, hasJoined: $1, hasPassed: false)
                },
                "who has joined"
            )
            for expected in [true, false] {
                let isLast = try await subject.storage.join(last, to: probe)
                try Expect.equal(isLast, expected, "whether the last is to publish the probe")
            }
            try Expect.equal(try await subject.standing()?.phase, .published, "the phase when all have joined")
        },
        Rule(
            "of two who join last at once one publishes",
            "Of two sessions that join at once, and are the last, one publishes the probe (ProbeStorage.join)."
        ) { subject in
            let server = try await subject.server()
            var sessions: [ConsumerSession] = []
            for _ in 0..<4 { sessions.append(try await subject.consumer(owner: server)) }
            let (all, probe) = (sessions, try await subject.round())
            let published = try await concurrently(4) { number in
                try await subject.untilAvailable { try await subject.storage.join(all[number], to: probe) }
            }
            try Expect.same(published, [true, false, false, false], "who is to publish the probe")
        },
        Rule(
            "a session that comes late takes part",
            "A session that registers while a round is open must join, and pass, as well (ProbeStorage.pass)."
        ) { subject in
            let server = try await subject.server()
            let first = try await subject.consumer(owner: server)
            let probe = try await subject.round()
            let second = try await subject.consumer(owner: server)
            let early = try await subject.storage.join(first, to: probe)
            try Expect.equal(early, false, "whether the probe is published before the late one has joined")
            let published = try await subject.storage.join(second, to: probe)
            try Expect.equal(published, true, "whether it is when that has")
            let third = try await subject.consumer(owner: server)
            _ = try await subject.storage.join(third, to: probe)
            _ = try await subject.storage.noteReturn(of: probe, lane: 0, of: 1)
            for (session, expected) in [(first, false), (second, false), (third, true)] {
                let isConcluded = try await subject.storage.pass(session, in: probe)
                try Expect.equal(isConcluded, expected, "whether the round is concluded")
            }
        },
        Rule(
            "a probe comes back from every lane",
            "A round has returned when its probe has come back from each lane of the queue (ProbeStorage.noteReturn)."
        ) { subject in
            let session = try await subject.consumer(owner: try await subject.server())
            let probe = try await subject.publishedRound([session])
            for (lane, expected) in [(1, false), (1, false), (0, false), (2, true), (2, false)] {
                let isReturned = try await subject.storage.noteReturn(of: probe, lane: lane, of: 3)
                try Expect.equal(isReturned, expected, "whether the return from lane \(lane) of 3 was the last")
            }
            try Expect.equal(try await subject.standing()?.phase, .returned, "the phase then")
            let unknown = try await subject.storage.noteReturn(of: subject.probe(), lane: 0, of: 1)
            try Expect.equal(unknown, false, "whether the return of an unknown probe moves anything")
        },
        Rule(
            "a round is concluded when all have passed",
            "When the probe has returned and then all sessions have passed, the round is a loss (ProbeStorage.pass)."
        ) { subject in
            let server = try await subject.server()
            let (first, last) = (try await subject.consumer(owner: server), try await subject.consumer(owner: server))
            let probe = try await subject.publishedRound([first, last])
            for session in [first, last] {
                let isConcluded = try await subject.storage.pass(session, in: probe)
                try Expect.equal(isConcluded, false, "whether a round is concluded before its probe is back")
            }
            _ = try await subject.storage.noteReturn(of: probe, lane: 0, of: 1)
            for (session, expected) in [(first, false), (first, false), (last, true), (last, false)] {
                let isConcluded = try await subject.storage.pass(session, in: probe)
                try Expect.equal(isConcluded, expected, "whether the round is concluded")
            }
            try Expect.equal(try await subject.standing(), nil, "the round when it is concluded")
            let next = try await subject.opens(subject.probe())
            try Expect.equal(next, true, "whether another may begin at once")
        },
        Rule(
            "of two who pass last at once one concludes",
            "Of two sessions that pass at once, and are the last, one concludes the round (ProbeStorage.pass)."
        ) { subject in
            let server = try await subject.server()
            var sessions: [ConsumerSession] = []
            for _ in 0..<4 { sessions.append(try await subject.consumer(owner: server)) }
            let (all, probe) = (sessions, try await subject.returnedRound(sessions))
            let concluded = try await concurrently(4) { number in
                try await subject.untilAvailable { try await subject.storage.pass(all[number], in: probe) }
            }
            try Expect.same(concluded, [true, false, false, false], "who concluded the round")
        },
        Rule(
            "nothing is concluded once a session has ended",
            "A round is void when a session ends, even one that has passed (PROTOCOL section 4, step 6)."
        ) { subject in
            let (server, leaving) = (try await subject.server(), try await subject.server())
            let staying = try await subject.consumer(owner: server)
            let ending = try await subject.consumer(owner: leaving)
            let probe = try await subject.returnedRound([staying, ending])
            _ = try await subject.storage.pass(ending, in: probe)
            try await subject.storage.deregister(leaving)
            let isConcluded = try await subject.storage.pass(staying, in: probe)
            try Expect.equal(isConcluded, false, "whether the round is concluded")
            try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost")
        },
        Rule(
            "a survey tells of rounds and losses",
            "A survey says whether a round is open, and whether rows are known to be lost (ReconcilerSurvey)."
        ) { subject in
            let session = try await subject.consumer(owner: try await subject.server())
            _ = try await subject.confirmed(1)
            let before = try await subject.survey()
            try Expect.that(!before.hasProbes && !before.hasLosses, "no round and no loss", found: before)
            let probe = try await subject.returnedRound([session])
            let during = try await subject.survey()
            try Expect.that(during.hasProbes && !during.hasLosses, "a round and no loss", found: during)
            _ = try await subject.storage.pass(session, in: probe)
            let after = try await subject.survey()
            try Expect.that(!after.hasProbes && after.hasLosses, "no round and a loss", found: after)
            _ = try await subject.requeuedLost()
            let mended = try await subject.survey()
            try Expect.that(!mended.hasProbes && !mended.hasLosses, "no loss when it is mended", found: mended)
        },
    ]
}
