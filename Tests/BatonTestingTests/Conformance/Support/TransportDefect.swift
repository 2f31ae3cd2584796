/// A way to violate a rule of the transport suite.
enum TransportDefect: String, CaseIterable, Sendable {
    // Publishing.
    case saysItIsDisconnected, losesMessages, needsAConsumer, answersTwice, answersNothingNever, parksNowhere
    case publishesBackwards, publishesTwice, losesTheEndOfBundles

    // Consuming.
    case hidesConnections, neverEnds, servesAllQueues, prefetchesWithoutBound, prefetchesByName, tagsAllAlike
    case settlesNothing, settlesAtOnce, marksNoRedelivery, settlesWhatIsGivenBack, neverStops, settlesAfterItsEnd
    case settlesWholeBundles, losesWords, reconnectsSilently, settlesBySight

    // Seeing.
    case seesNobody, seesEverybody, seesUnconnected
}
