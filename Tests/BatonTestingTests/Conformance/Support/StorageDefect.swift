/// A way to violate a rule of the storage suite.
enum StorageDefect: String, CaseIterable, Sendable {
    // Producing.
    case losesTheLastJob, storesByHalves, storesPartByPart, revivesFinalJobs, givesUpARepeat, takesTheLastOfAnId
    case delaysWhatIsDelayed, refusesFarDates, insertsAlways
    case leavesStartsEnqueued, startsUnderAnotherClaim, startsForTheDead
    case deletesUnknownJobs, deletesNothing, deletesNoRun, deletesUnexpected, deletesManyUnexpected
    case forgetsClaims, forgetsData, doublesSuccesses
    case requeuesRuns, requeuesUnexpected, takesOldEnds
    case reschedulesNothing, reschedulesWhatHasEnded, reschedulesUnexpected

    // Publishing.
    case forgetsConfirms, forgetsPending, takesTheLastWatermark, neverClosesSessions, neverEndsALease
    case ignoresUnknownSessions, keepsMarks, opensSessionsUnasked
    case neverFindsMarksOld, findsMarksOldEarly, adoptsWithoutAMark, adoptsAtTheNextGeneration, adoptsWithoutBound
    case adoptsTwice

    // Running.
    case answersClaimsBackwards, countsNoAttempts, ignoresGenerations, callsMovedJobsEnqueued, stealsJobs
    case letsUnknownEpochsClaim, dropsItsOwn, knowsNoGhosts, believesOwnersAlive, postponesForLong, postponesGhosts
    case forgetsResults, forgetsErrors, spendsAttemptsPutBack, fencesRepeats, fencesByOwnerAlone, classifiesNothing
    case fencesTheLate
    case spendsAttemptsSnoozed, failsTheDiscarded, forgetsRetries, forgetsProgress, takesAnybodysProgress

    // Waiting.
    case claimsTheYoungest, claimsOneTooMany, claimsUnknownNames, handsOutTwice, sleepsOn, sleepsForEver, needsMarks
    case claimsHighestFirst, promotesAtOneLevel, adoptsAtOneLevel

    // Living.
    case renewsNothing, believesAllAlive, namesAllRenewalsAlike, losesNoRuns, ownsNoRuns, putsBackAtTheOldGeneration
    case keepsServersListed, certifiesAnybody, certifiesAgain, liftsCertificates
    case looksAtAnybody, offersAlways, seesNoLocks, certifiesGoneAgain, ignoresRenewals, ignoresItsOwnAge,
        noticesNobodyLate

    // Rounds and losses.
    case opensRoundsAlways, hearsNoEnds, opensForTheDead, keepsConsumersOfTheGone, neverGivesARoundUp, voidsNothing,
        overlooksEnds
    case publishesAlways, countsOneLane, concludesAlways
    case suspectsNothing, suspectsAtOnce, suspectsUnreturned, dropsVerdicts
    case findsNoneWaiting, looksAllTheTime, requeuesLostAtTheNextGeneration, requeuesLostWithoutBound, requeuesLostTwice
    case confirmsUnasked, takesEveryQueueForFull, storesWatermarksLate, tidiesRounds

    // Recurring entries.
    case forgetsPriorities, setsAnew, removesNothing, pausesNothing, disablesNothing, trimsNothing, tellsNothingDue
    case forgetsOccurrences, firesWithoutAMark, advancesAnyRevision, firesTwice, putsNothingOff, allowsOverlap
    case triggersNothing, decidesADateTwice

    // Paused queues.
    case tellsNoPauses, pausesEverywhere, resumesAll, pausesAnew, deletesWhatIsPaused, showsNoPauses

    // Submissions.
    case leavesSubmissionsEnqueued, claimsEverySubmission, submitsAgain, submitsSideBySide, takesSourcesForOne
    case submitsForTheDead, takesWhatIsOver, waitsForNoDate, remembersForEver, servesEverything, seesNoBacklog
    case keepsNoRejects, storesNoTimeouts

    // Time and repair.
    case promotesBackwards, promotesEarly, tellsNoDueTime, promotesAtTheOldGeneration, promotesWithoutAMark
    case promotesTwice, promotesPastThePace, tellsNothingHeld
    case findsNothing, findsEverything, requeuesAtTheOldGeneration, requeuesWithoutLimit, requeuesWithoutBound
    case requeuesTwice, failsTheUsedUp
    case countsNothing, tidiesLivingServers
    case keepsAll, ignoresNames, takesFailedForSucceeded, removesAtOnce, removesWithoutLimit, tellsOfRemovalsTwice

    // Monitoring.
    case endsAfterAPage, ignoresStates, believesLeases, countsNoRuns, showsNoProbes, showsNoCounters, mendsWhatItShows,
        showsNoLosses, showsNoStatistics
}
