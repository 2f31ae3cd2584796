import Baton

extension JobStorageConformance {
    static let suspecting: [Rule] = [
        Rule(
            "rounds void in a row end as a loss",
            "The last of so many rounds in a row that were void although their probes had come back is a loss (ProbeStorage.voidProbe)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            let jobs = try await subject.confirmed(2)
            for number in 1..<ProbeRound.voidLimit {
                try await subject.voidRound(.returned, [consumer], expecting: false)
                try Expect.equal(try await subject.survey().hasLosses, false, "whether void round \(number) is a loss")
            }
            let probe = try await subject.returnedRound([consumer])
            _ = try await subject.confirmed(1)
            for expected in [true, false] {
                let isLoss = try await subject.storage.voidProbe(probe, reason: "a message was given back")
                try Expect.equal(isLoss, expected, "whether the call makes the round a loss")
            }
            try Expect.same(try await subject.requeuedLost(), jobs.map(\.id), "what is published again")
            try Expect.equal(try await subject.snapshot(jobs[0].id).generation, 1, "a row's generation")
        },
        Rule(
            "the end of a session counts like any other void",
            "A round that is void because a session ended, and whose probe had come back, counts (ProbeStorage.voidProbe)."
        ) { subject in
            let server = try await subject.server()
            var consumer = try await subject.consumer(owner: server)
            let job = try await subject.confirmed(1)[0]
            for number in 1...ProbeRound.voidLimit {
                _ = try await subject.returnedRound([consumer])
                consumer = try await subject.consumer(owner: server, replacing: consumer)
                let round = try Expect.value(try await subject.standing(), "round \(number) to be told of once more")
                try Expect.that(round.isVoid, "round \(number) to be void", found: round)
                try Expect.equal(
                    round.isLoss,
                    number == ProbeRound.voidLimit,
                    "whether round \(number) is told of as a loss"
                )
                try await subject.advance(.seconds(121))
            }
            try Expect.equal(try await subject.requeuedLost(), [job.id], "what is published again")
        },
        Rule(
            "a round that is found void by the next is a loss all the same",
            "Whoever begins a round and ends the one before, the last of so many that were void, is told of the loss (ProbeStorage.openProbe)."
        ) { subject in
            let server = try await subject.server()
            var consumer = try await subject.consumer(owner: server)
            let job = try await subject.confirmed(1)[0]
            for number in 1...ProbeRound.voidLimit {
                _ = try await subject.returnedRound([consumer])
                consumer = try await subject.consumer(owner: server, replacing: consumer)
                let opening = try await subject.storage.openProbe(
                    subject.probe(),
                    of: "mail",
                    quiet: .zero,
                    patience: JobStorageSubject.longAge
                )
                try Expect.equal(opening.isOpen, false, "whether a round begins at once after round \(number)")
                try Expect.equal(
                    opening.isLoss,
                    number == ProbeRound.voidLimit,
                    "whether the call that ends round \(number) tells of a loss"
                )
                try await subject.advance(.seconds(121))
            }
            try Expect.equal(try await subject.requeuedLost(), [job.id], "what is published again")
        },
        Rule(
            "a round whose probe is not back raises no suspicion",
            "However many rounds are void before their probes have come back, or given up, none is a loss (ProbeStorage.voidProbe)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            _ = try await subject.confirmed(1)
            for _ in 0..<ProbeRound.voidLimit + 1 {
                try await subject.voidRound(.joining, [consumer], expecting: false)
                try await subject.voidRound(.published, [consumer], expecting: false)
            }
            for number in 0..<ProbeRound.voidLimit + 1 {
                let probe = subject.probe()
                let isOpen = try await subject.opens(probe, patience: .seconds(1))
                try Expect.equal(isOpen, true, "whether round \(number) begins when the one before was given up")
                _ = try await subject.storage.join(consumer, to: probe)
                _ = try await subject.storage.noteReturn(of: probe, lane: 0, of: 1)
                try await subject.advance(.seconds(65))
            }
            try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost")
        },
        Rule(
            "a loss ends the row of void rounds",
            "Void rounds are counted from the last round that ended as a loss (ProbeStorage.voidProbe)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            for isProven in [true, false] {
                for _ in 1..<ProbeRound.voidLimit {
                    try await subject.voidRound(.returned, [consumer], expecting: false)
                }
                if isProven {
                    try await subject.conclude([consumer])
                } else {
                    try await subject.voidRound(.returned, [consumer], expecting: true)
                }
                _ = try await subject.requeuedLost()
                _ = try await subject.confirmed(1)
                try await subject.voidRound(.returned, [consumer], expecting: false)
                try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost after one more")
                try await subject.conclude([consumer])
                _ = try await subject.requeuedLost()
            }
        },
    ]
}
