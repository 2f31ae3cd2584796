/// A way to violate a rule of the transport suite.
enum TransportDefect: String, CaseIterable, Sendable {
    // Publishing.
    case saysItIsDisconnected, losesMessages, needsAConsumer, answersTwice, answersNothingNever, parksNowhere
    case publishesBackwards, publishesTwice, losesTheEndOfBundles, forgetsRedeliveries
    case levelsQueueUp, losesLevels

    // Consuming.
    case hidesConnections, neverEnds, servesAllQueues, prefetchesWithoutBound, prefetchesByName, tagsAllAlike
    case settlesNothing, settlesAtOnce, marksNoRedelivery, settlesWhatIsGivenBack, neverStops, settlesAfterItsEnd
    case settlesWholeBundles, losesWords, reconnectsSilently, settlesBySight

    // Probing.
    case losesALane, probesOvertake, probesNeedAConsumer, probesComeAgain
    case catchesUpEarly, settlesOnlyWhenStopped, catchesUpAlways

    // Asking.
    case consumesUnasked, ignoresRefusals, asksOnlyOnce, tellsNobody, tellsTwice

    // Pausing.
    case neverPauses, staysPaused, forgetsPauses, catchesUpOnlyConsuming

    // Seeing.
    case seesNobody, seesEverybody, seesUnconnected
}
