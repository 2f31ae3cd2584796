/// Which defect violates which rule.
enum PlantedTransportDefects {
    static let byRule: [String: TransportDefect] = [
        "a running transport is connected": .saysItIsDisconnected,
        "what is confirmed arrives": .losesMessages,
        "a queue needs no consumer": .needsAConsumer,
        "a publish is answered once, in full": .answersTwice,
        "an empty publish is answered": .answersNothingNever,
        "a message without a row is set aside": .parksNowhere,

        "a consumer says that it is connected": .hidesConnections,
        "an ended consumer says so": .neverEnds,
        "a consumer takes from its queues only": .servesAllQueues,
        "a queue is first in, first out": .publishesBackwards,
        "each wake-up goes to one consumer": .publishesTwice,
        "prefetch bounds what waits unsettled": .prefetchesWithoutBound,
        "a queue named twice is served once": .prefetchesByName,
        "each delivery has a tag of its own": .tagsAllAlike,

        "an acknowledgement settles": .settlesNothing,
        "what is not settled comes again": .settlesAtOnce,
        "a redelivery says so": .marksNoRedelivery,
        "what is given back comes again": .settlesWhatIsGivenBack,
        "a stopped consumer still settles": .neverStops,
        "an ended consumer settles nothing": .settlesAfterItsEnd,

        "a bundle arrives as its wake-ups": .losesTheEndOfBundles,
        "a bundle is settled part by part": .settlesWholeBundles,
        "a bundle is given back by any of its parts": .settlesWhatIsGivenBack,

        "a probe comes back from every lane": .losesALane,
        "a probe comes behind what was there": .probesOvertake,
        "a probe waits for a consumer": .probesNeedAConsumer,
        "a probe is settled": .probesComeAgain,
        "catching up comes behind what was sent": .catchesUpEarly,
        "what was settled is known by then": .settlesOnlyWhenStopped,
        "who does not consume does not catch up": .catchesUpAlways,

        "a consumer asks before it consumes": .consumesUnasked,
        "a consumer takes no for an answer": .ignoresRefusals,
        "a consumer asks again when it connects again": .asksOnlyOnce,
        "who watches is told of a missing queue": .tellsNobody,
        "who watches is told of what a consumer misses": .tellsNobody,
        "a missing queue is told of once at a time": .tellsTwice,

        "a word reaches every server": .losesWords,
        "a connected server is seen": .seesNobody,
        "a server that is gone is not seen": .seesEverybody,
        "who is not connected sees nothing": .seesUnconnected,
        "a lost connection comes back": .reconnectsSilently,
        "a settlement belongs to its connection": .settlesBySight,
    ]
}
