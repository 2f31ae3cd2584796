/// Which defect violates which rule, and by which of the rule's demands it must be found.
enum PlantedTransportDefects {
    static let byRule: [String: PlantedViolation<TransportDefect>] = [
        "a running transport is connected": .init(.saysItIsDisconnected, "the transport to be connected"),
        "what is confirmed arrives": .init(
            .losesMessages,
            "generation: 1, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a queue needs no consumer": .init(
            .needsAConsumer,
            "generation: 99, queue: \"last\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a publish is answered once, in full": .init(.answersTwice, "how many outcomes each publish was answered with"),
        "an empty publish is answered": .init(.answersNothingNever, "an answer to a publish"),
        "a message without a row is set aside": .init(.parksNowhere, "what is parked"),

        "a consumer says that it is connected": .init(.hidesConnections, "connection number 1 to arrive"),
        "an ended consumer says so": .init(.neverEnds, "the end of its events"),
        "a consumer takes from its queues only": .init(.servesAllQueues, "what a server of one queue gets"),
        "a queue is first in, first out": .init(.publishesBackwards, "what arrives, in order"),
        "each wake-up goes to one consumer": .init(.publishesTwice, "what is left for another"),
        "prefetch bounds what waits unsettled": .init(.prefetchesWithoutBound, "what waits unsettled"),
        "a queue named twice is served once": .init(.prefetchesByName, "how many wait unsettled"),
        "each delivery has a tag of its own": .init(.tagsAllAlike, "how many tags five deliveries have"),

        "an acknowledgement settles": .init(.settlesNothing, "what comes again"),
        "what is not settled comes again": .init(.settlesAtOnce, "what comes again when one of three is acknowledged"),
        "a redelivery says so": .init(.marksNoRedelivery, "the marks of the second deliveries"),
        "what is given back comes again": .init(.settlesWhatIsGivenBack, "2 wake-ups to arrive"),
        "a stopped consumer still settles": .init(.neverStops, "what is left"),
        "an ended consumer settles nothing": .init(.settlesAfterItsEnd, "what comes again"),

        "a bundle arrives as its wake-ups": .init(.losesTheEndOfBundles, "65 wake-ups to arrive"),
        "what came again says so in another message": .init(.forgetsRedeliveries, "which came before"),
        "a bundle is settled part by part": .init(
            .settlesWholeBundles,
            "generation: 2, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a bundle is given back by any of its parts": .init(
            .settlesWhatIsGivenBack,
            "generation: 2, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),

        "a level is not behind another": .init(.levelsQueueUp, "level: urgent) to arrive"),
        "a level settles by itself": .init(.losesLevels, "4 wake-ups to arrive"),

        "a probe comes back from every lane": .init(.losesALane, " to arrive"),
        "a probe comes behind what was there": .init(.probesOvertake, "what came before the probe"),
        "a probe waits for a consumer": .init(.probesNeedAConsumer, " to arrive"),
        "a probe is settled": .init(.probesComeAgain, "what comes again"),
        "catching up comes behind what was sent": .init(.catchesUpEarly, "what came before"),
        "what was settled is known by then": .init(.settlesOnlyWhenStopped, "what comes again"),
        "who does not consume does not catch up": .init(.catchesUpAlways, "it not to catch up with another queue"),

        "a consumer asks before it consumes": .init(.consumesUnasked, "it to ask"),
        "a consumer takes no for an answer": .init(
            .ignoresRefusals,
            "generation: 99, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a consumer asks again when it connects again": .init(
            .asksOnlyOnce,
            "generation: 99, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a paused queue is left alone": .init(
            .neverPauses,
            "generation: 99, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "a resumed queue delivers again": .init(.staysPaused, "3 wake-ups to arrive"),
        "a consumer asks before it resumes": .init(.asksOnlyOnce, "it to ask again"),
        "a consumer catches up with a paused queue": .init(.catchesUpOnlyConsuming, "it to catch up"),
        "a paused queue stays paused on the next connection": .init(
            .forgetsPauses,
            "generation: 99, queue: \"first\", name: \"mail.welcome\", level: normal) to arrive"
        ),
        "who watches is told of a missing queue": .init(
            .tellsNobody,
            "whether it was still missing when that was told"
        ),
        "who watches is told of what a consumer misses": .init(.tellsNobody, "it to be told of"),
        "a missing queue is told of once at a time": .init(.tellsTwice, "how often it was told of"),

        "a word reaches every server": .init(.losesWords, "all words to arrive"),
        "a connected server is seen": .init(.seesNobody, "a connected server to be there"),
        "a server that is gone is not seen": .init(.seesEverybody, "one that was never there not to be there"),
        "who is not connected sees nothing": .init(.seesUnconnected, "whether one that does not run is present"),
        "a lost connection comes back": .init(.reconnectsSilently, "another session"),
        "a settlement belongs to its connection": .init(.settlesBySight, "what comes again"),
    ]
}
