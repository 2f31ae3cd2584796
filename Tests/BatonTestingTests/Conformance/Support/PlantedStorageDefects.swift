/// Which defect violates which rule, and by which of the rule's demands it must be found.
enum PlantedStorageDefects {
    static let byRule: [String: PlantedViolation<StorageDefect>] = [
        "insert keeps every job": .init(.losesTheLastJob, "the job to be there"),
        "insert is all or none": .init(.storesByHalves, "a job of a batch that was refused"),
        "parts are stored together": .init(.storesPartByPart, "a job of parts that were not all made"),
        "a repeat finds the job in any state": .init(.revivesFinalJobs, "the repeat of a job that is succeeded"),
        "a repeat stores what was not": .init(.givesUpARepeat, "what became of each, in order"),
        "an id that comes twice is stored once": .init(.takesTheLastOfAnId, "what became of each, in order"),
        "due times are kept": .init(.delaysWhatIsDelayed, "due times to the millisecond"),
        "dates beyond all measure are kept": .init(.refusesFarDates, "It is too far away."),
        "nothing is known of an unknown job": .init(.deletesUnknownJobs, "whether it was deleted"),

        "a job is claimed as it is stored": .init(.leavesStartsEnqueued, "its history"),
        "what started has its fence": .init(.startsUnderAnotherClaim, "a claim of what its own server started"),
        "the dead start nothing": .init(.startsForTheDead, "what starts for an epoch that is not alive"),

        "whatever is not final is deleted": .init(.deletesNoRun, "a job that is processing to be deleted"),
        "what is final stays": .init(.deletesUnknownJobs, "whether it was deleted"),
        "what is not as expected is not deleted": .init(.deletesUnexpected, "whether it was deleted"),
        "many are deleted at once": .init(.deletesManyUnexpected, "which are deleted"),
        "no claim succeeds after a delete": .init(.deletesNothing, "claims of deleted jobs"),
        "nothing brings a deleted job back": .init(.deletesNothing, "what is promoted"),

        "what has ended goes back by hand": .init(.requeuesAtTheOldGeneration, "what is to be published"),
        "what runs or waits in its queue is not requeued": .init(.requeuesRuns, "what is to be published"),
        "what is not as expected is not requeued": .init(.requeuesUnexpected, "what is to be published"),
        "an end from before a requeue is fenced": .init(.takesOldEnds, "ends of earlier generations"),
        "two requeues at once move a job once": .init(.requeuesTwice, "how many moved it"),
        "what waits for its time is given another": .init(.reschedulesNothing, "the states in the history"),
        "what is not as expected keeps its time": .init(.reschedulesUnexpected, "what becomes of it"),
        "a job can be made due at once": .init(.reschedulesNothing, "what is due now"),
        "a job is promoted or given another time": .init(.reschedulesNothing, "what becomes of it"),
        "what waits for no time is given none": .init(.reschedulesWhatHasEnded, "the job that is failed"),

        "a claim gives the whole job": .init(.answersClaimsBackwards, "the jobs claimed, in order"),
        "a claim counts run and attempt": .init(.countsNoAttempts, "generation, run and attempt"),
        "a claim compares the generation": .init(.ignoresGenerations, "a claim at generation 1 of a row at 2"),
        "a claim compares the state": .init(.callsMovedJobsEnqueued, "a claim of a job that is scheduled"),
        "nobody claims what another runs": .init(.stealsJobs, "a claim of another's run"),
        "an epoch that is not alive claims nothing": .init(
            .letsUnknownEpochsClaim,
            "a claim of an epoch without a server row"
        ),
        "the owner learns that a job is its own": .init(.dropsItsOwn, "a second claim by the owner"),
        "a message without a row is told apart": .init(.knowsNoGhosts, "claims of a ghost and of a finished job"),
        "a dead owner is told apart": .init(.believesOwnersAlive, "claims of what a dead and a living server own"),
        "a job is put off unclaimed": .init(.postponesForLong, "to be due after 60.0 s"),
        "putting off tells what has no row": .init(.postponesGhosts, "what has no row"),

        "each end leads to its state": .init(.forgetsResults, "the results"),
        "a retry waits with its error": .init(.forgetsErrors, "the error"),
        "a run put back spends no attempt": .init(.spendsAttemptsPutBack, "run and attempt"),
        "an end repeated knows its own success": .init(.fencesRepeats, "the repeat of succeeded"),
        "an end repeated knows its success in the queue again": .init(
            .fencesRepeats,
            "the repeat of a retry that is enqueued again"
        ),
        "the fence is owner and claim together": .init(.fencesByOwnerAlone, "the end of an earlier claim"),
        "a fenced end is classified": .init(
            .classifiesNothing,
            "the ends of runs of an enqueued, a moved, an unknown and a finished job"
        ),
        "a late end counts until the row is taken": .init(
            .fencesTheLate,
            "what became of the end of a run whose fence matches"
        ),

        "a snooze spends no attempt and keeps errors": .init(.spendsAttemptsSnoozed, "run and attempt"),
        "a discard ends the job": .init(.failsTheDiscarded, "the state"),
        "attempts used up can delete, with the error": .init(.forgetsErrors, "the error"),
        "what an enqueue says of retries comes with the claim": .init(
            .forgetsRetries,
            "what is said of jobs stored together"
        ),
        "progress is kept with its run": .init(.forgetsProgress, "the progress"),
        "the progress of another run is passed over": .init(
            .takesAnybodysProgress,
            "the progress said of an earlier claim"
        ),

        "what is due is moved in the order of its time": .init(.promotesBackwards, "the first three"),
        "nothing is moved early": .init(.promotesEarly, "what is due after 500 of 600 s"),
        "the next due time is told": .init(.tellsNoDueTime, "a next due time"),
        "a queue takes what its window has room for": .init(
            .promotesPastThePace,
            "what windows of two and one let through"
        ),
        "what is held back is told": .init(.tellsNothingHeld, "the queues that are full"),
        "a promotion starts the next generation": .init(.promotesAtTheOldGeneration, "the first message"),
        "a promoted row bears its mark": .init(.promotesWithoutAMark, "what is adopted while the session lives"),

        "what is confirmed is left alone": .init(.forgetsConfirms, "whether anything is unpublished"),
        "a confirm below the watermark may be pending": .init(.forgetsPending, "what is adopted: pending, and beyond"),
        "a watermark never goes back": .init(.takesTheLastWatermark, "what is adopted"),
        "a session that is over stays over": .init(.neverClosesSessions, "what is adopted"),
        "a silent session is over with its lease": .init(.neverEndsALease, "what is adopted when its lease is over"),
        "a watermark without a row is believed": .init(.ignoresUnknownSessions, "what is adopted"),
        "a mark given up is nobody's": .init(.keepsMarks, "what is adopted"),
        "the rows of an unknown session are adopted": .init(.opensSessionsUnasked, "what is adopted"),
        "a living session's row is adopted when it is old": .init(.neverFindsMarksOld, "what is adopted after T"),
        "adoption moves the mark": .init(.adoptsWithoutAMark, "what the second one adopts"),
        "the age counts from the mark": .init(.findsMarksOldEarly, "what is adopted 30 s later"),
        "adoption keeps the generation": .init(.adoptsAtTheNextGeneration, "what is to be published"),
        "adoption is bounded by its marks": .init(.adoptsWithoutBound, "the marks of a batch of two"),

        "a heartbeat renews the lease": .init(.renewsNothing, "whose lease is over 800 s after a heartbeat of 1000 s"),
        "a heartbeat tells a dead epoch": .init(.believesAllAlive, "whether an epoch without a row is alive"),
        "no two renewals have the same name": .init(.namesAllRenewalsAlike, "how many names five renewals have"),
        "the audit finds runs without a row": .init(.losesNoRuns, "the runs that are lost"),
        "the audit finds rows without a run": .init(.ownsNoRuns, "the rows of the epoch"),
        "what is not run is put back": .init(.putsBackAtTheOldGeneration, "what is to be published"),
        "a server that left is off the list": .init(.keepsServersListed, "whose lease is over"),
        "a survey of a sound storage finds nothing": .init(.findsEverything, "the survey"),
        "a survey finds what disagrees": .init(.findsNothing, "the survey with an orphan"),
        "orphans return with the next generation": .init(.requeuesAtTheOldGeneration, "what is to be published"),
        "an orphan without attempts fails": .init(.requeuesWithoutLimit, "the repair"),
        "an orphan without attempts ends as its retries say": .init(
            .failsTheUsedUp,
            "how jobs end that had no attempt left"
        ),
        "orphans are moved in bounded batches": .init(.requeuesWithoutBound, "the marks of a batch of two"),
        "only a lease that is over ends in a certificate": .init(
            .certifiesAnybody,
            "whether a living or unknown server was certified dead"
        ),
        "a certificate is written once": .init(.certifiesAgain, "no second certificate"),
        "a certificate stands": .init(.liftsCertificates, "whether a certified epoch is alive"),

        "of many claims one wins": .init(.stealsJobs, "the jobs claimed, each once"),
        "of two ends at once one is stored": .init(.doublesSuccesses, "how often its success is in the history"),
        "of repeats at once one is stored": .init(.insertsAlways, "how many were inserted"),
        "a delete and an enqueue at once agree": .init(.insertsAlways, "the answer to a repeat of a deleted job"),
        "a delete and a claim at once agree": .init(.deletesNothing, "the end of the run that the delete overtook"),
        "two schedulers move each job once": .init(.promotesTwice, "what is promoted, each once"),
        "two reconcilers adopt each row once": .init(.adoptsTwice, "what is adopted, each once"),
        "two reapers move each orphan once": .init(.requeuesTwice, "what is moved, each once"),

        "the oldest of the first queue come first": .init(.claimsTheYoungest, "what claims of three get"),
        "levels come as they are asked for": .init(.claimsHighestFirst, "what is claimed when low ones come first"),
        "what is published says its level": .init(.promotesAtOneLevel, "what is promoted"),
        "what is adopted says its level": .init(.adoptsAtOneLevel, "what is adopted"),
        "a claim without a message is bounded": .init(
            .claimsOneTooMany,
            "how many of five are claimed by asking for none, two and four"
        ),
        "a claim without a message is a claim": .init(.countsNoAttempts, "generation, run and attempt"),
        "names that a server does not know are passed over": .init(.claimsUnknownNames, "what is claimed"),
        "an epoch that is not alive claims nothing that waits": .init(
            .letsUnknownEpochsClaim,
            "what an epoch without a server row claims"
        ),
        "two claimers share no job": .init(.handsOutTwice, "the jobs claimed, each once"),
        "a new job ends the wait": .init(.sleepsOn, "the wait for work to end"),
        "a job that is due ends the wait": .init(.sleepsOn, "the wait for work to end"),
        "a wait ends with its patience": .init(.sleepsForEver, "the wait for work to end"),
        "a row without a mark is anybody's": .init(.needsMarks, "what is promoted"),

        "a round rests on a consumer session": .init(
            .opensRoundsAlways,
            "whether a round of “mail” begins, which no living server consumes"
        ),
        "a round waits until consumers are quiet": .init(
            .hearsNoEnds,
            "whether a round begins at once after end 0 of a session"
        ),
        "an epoch that is not alive opens no consumer session": .init(
            .opensForTheDead,
            "whether the session is registered"
        ),
        "a consumer session ends with its server": .init(.keepsConsumersOfTheGone, "the consumer sessions of “mail”"),
        "one round of a queue at a time": .init(.opensRoundsAlways, "whether a second round begins"),
        "of many who begin a round one does": .init(.opensRoundsAlways, "who began the round"),
        "a round is given up in time": .init(.neverGivesARoundUp, "the round after its time"),
        "a round that was void puts the next off": .init(.voidsNothing, "the round that was void"),
        "a round is void when a session ends": .init(
            .overlooksEnds,
            "the round to be void after the end of a session, late"
        ),
        "the last to join publishes": .init(
            .publishesAlways,
            "whether the probe is published while one has not joined"
        ),
        "of two who join last at once one publishes": .init(.publishesAlways, "who is to publish the probe"),
        "a session that comes late takes part": .init(
            .publishesAlways,
            "whether the probe is published before the late one has joined"
        ),
        "a probe comes back from every lane": .init(.countsOneLane, "whether the return from lane 1 of 3 was the last"),
        "a round is concluded when all have passed": .init(
            .concludesAlways,
            "whether a round is concluded before its probe is back"
        ),
        "of two who pass last at once one concludes": .init(.concludesAlways, "who concluded the round"),
        "nothing is concluded once a session has ended": .init(.concludesAlways, "whether the round is concluded"),
        "a survey tells of rounds and losses": .init(.findsNothing, "a round and no loss"),

        "rounds void in a row end as a loss": .init(.suspectsNothing, "whether the call makes the round a loss"),
        "the end of a session counts like any other void": .init(.overlooksEnds, "round 1 to be"),
        "a round whose probe is not back raises no suspicion": .init(
            .suspectsUnreturned,
            "when it is published is a loss"
        ),
        "a round that is found void by the next is a loss all the same": .init(
            .dropsVerdicts,
            "tells of a loss"
        ),
        "a loss ends the row of void rounds": .init(.suspectsAtOnce, "whether anything is lost after one more"),

        "what waits for long is found": .init(.findsNoneWaiting, "the queues found"),
        "one caller looks at a time": .init(.looksAllTheTime, "what each of several is told"),
        "what was confirmed before the round is lost": .init(.forgetsPending, "what is published again"),
        "a lost row is published at its generation": .init(.requeuesLostAtTheNextGeneration, "what is to be published"),
        "lost rows are moved in bounded batches": .init(.requeuesLostWithoutBound, "the marks of batch 0"),
        // Again, or once more: as the four that look at once fall out.
        "a lost row is moved once": .init(.requeuesLostTwice, "what is published "),
        "a missing queue is a loss once it is confirmed": .init(.confirmsUnasked, "whether anything is lost at first"),
        "with a queue that held nothing nothing is lost": .init(
            .takesEveryQueueForFull,
            "whether anything may be lost with"
        ),
        "a missing queue loses what was confirmed by then": .init(.storesWatermarksLate, "what is published again"),
        "tidying keeps rounds and losses": .init(.tidiesRounds, "the open round"),

        "an entry is kept as it is set": .init(.forgetsPriorities, "what is set"),
        "setting the same again changes nothing": .init(.setsAnew, "the same again"),
        "a removed entry leaves its jobs": .init(.removesNothing, "whether it is there"),
        "a paused entry is not due": .init(.pausesNothing, "what is due"),
        "a disabled entry is not due until it is set": .init(.disablesNothing, "whether it is disabled"),
        "old occurrences are trimmed": .init(.trimsNothing, "how many are removed"),
        "an entry is due when its time has come": .init(.tellsNothingDue, "what is due"),
        "an occurrence makes its job and moves the entry on": .init(.forgetsOccurrences, "the occurrences"),
        "an entry's jobs are retried as it says": .init(
            .forgetsRetries,
            "what is said of the job of an occurrence"
        ),
        "the job of an occurrence bears its mark": .init(
            .firesWithoutAMark,
            "what is adopted while the session lives"
        ),
        "an entry that has changed stays as it is": .init(.advancesAnyRevision, "the answer"),
        "of many servers one makes an occurrence's job": .init(.firesTwice, "how many jobs are made"),
        "an occurrence makes one job for ever": .init(.firesTwice, "what is made of it again"),
        "a job is put off": .init(.putsNothingOff, "what is to be published"),
        "an occurrence is skipped while the last job goes on": .init(
            .allowsOverlap,
            "how many jobs are made of two"
        ),
        "an older job that goes on counts": .init(.allowsOverlap, "what is made while the older goes on"),
        "a date is decided once": .init(.decidesADateTwice, "the code of the error"),
        "one occurrence waits for the last job": .init(.allowsOverlap, "how many jobs are made of three"),
        "a job is made by hand": .init(.triggersNothing, "the job that is to be published"),

        "a heartbeat tells what is paused": .init(.tellsNoPauses, "what is paused for a server"),
        "a pause on one server is no other's": .init(.pausesEverywhere, "what is paused for another"),
        "each pause is ended by itself": .init(.resumesAll, "what its own pause still pauses"),
        "a pause that is repeated stands since the first": .init(.pausesAnew, "it to be paused for a minute"),
        "a pause changes no job": .init(.deletesWhatIsPaused, "a job that waits in a queue that is paused"),

        "every move is in the history": .init(.forgetsClaims, "the states"),
        "the history keeps what belongs to a state": .init(.forgetsData, "data of a retry"),
        "counters add up": .init(.countsNothing, "the counters"),
        "tidying keeps what is referred to": .init(.tidiesLivingServers, "the living server to be alive"),

        "what has ended is removed when its time is over": .init(.keepsAll, "what is removed"),
        "a name may have times of its own": .init(.ignoresNames, "what is removed"),
        "failed jobs have a time of their own": .init(.takesFailedForSucceeded, "what is removed by default"),
        "a job stays while its enqueue may be repeated": .init(
            .removesAtOnce,
            "what becomes of the enqueue sent again"
        ),
        "a step removes no more than it may": .init(.removesWithoutLimit, "no more than two at a time"),
        "several who remove at once remove each job once": .init(
            .tellsOfRemovalsTwice,
            "how many are removed by all together"
        ),
    ]

    static let byMonitorRule: [String: PlantedViolation<StorageDefect>] = [
        "jobs are shown newest first, page by page": .init(.endsAfterAPage, "the jobs of all pages"),
        "a filter shows what matches all of it": .init(.ignoresStates, "jobs that are "),
        "servers are shown as they stand": .init(.believesLeases, "the servers"),
        "queues are counted": .init(.countsNoRuns, "ready, running and waiting jobs of “mail”, and its servers"),
        "a probe on its way is shown": .init(.showsNoProbes, "an age of the probe"),
        "a paused queue is shown": .init(.showsNoPauses, "their pauses"),
        "counters are shown": .init(.showsNoCounters, "the counters"),
        "disagreements are shown and left alone": .init(.mendsWhatItShows, "jobs whose state and queue disagree"),
        "lost jobs are shown until they are published again": .init(.showsNoLosses, "the jobs shown"),

        "a submission is claimed as it is stored": .init(.leavesSubmissionsEnqueued, "the job to be claimed"),
        "what is over the limit is enqueued": .init(.claimsEverySubmission, "which are claimed"),
        "a submission is stored once": .init(.submitsAgain, "what becomes of messages that come again"),
        "many who submit the same store it once": .init(.submitsSideBySide, "how many jobs there are of two messages"),
        "the source counts, too": .init(.takesSourcesForOne, "the ids of the same message of two sources"),
        "a dead epoch submits nothing": .init(.submitsForTheDead, "what a dead epoch submits"),
        "what is over, or too old, is not stored": .init(.takesWhatIsOver, "what becomes of what is over"),
        "a submission waits for its date": .init(.waitsForNoDate, "one with a date to wait"),
        "submissions are remembered for the window": .init(.remembersForEver, "how many are forgotten in time"),
        "a single submission is stored as it is claimed": .init(.storesNoTimeouts, "what is stored"),
        "a single submission is stored once": .init(.submitsAgain, "what becomes of a message that comes again"),
        "many who submit a single one store it once": .init(
            .submitsSideBySide,
            "how many jobs there are of one message"
        ),
        "a single submission gives way to a job": .init(.takesSourcesForOne, "the ids of one message of two sources"),
        "a single one that is over, or too old, is not stored": .init(.takesWhatIsOver, "what becomes of what is over"),
        "a single submission waits for its date": .init(.waitsForNoDate, "one with a date to wait"),
        "the names of living servers are known": .init(.servesEverything, "the names that are known"),
        "the backlog is what is enqueued": .init(.seesNoBacklog, "the backlog"),
        "rejects are kept until they are dropped": .init(.keepsNoRejects, "the rejects, latest first"),
        "statistics outlive the jobs": .init(.showsNoStatistics, "jobs by the hour"),
    ]

    static let byTakeoverRule: [String: PlantedViolation<StorageDefect>] = [
        "only a server that offers it is looked at": .init(.looksAtAnybody, "what is to be seen of it"),
        "an offer rests on the renewal before": .init(.offersAlways, "what is to be seen without an offer"),
        "a server whose lock is held is not gone": .init(.seesNoLocks, "its lock to be held"),
        "a server that is gone is certified once": .init(.certifiesGoneAgain, "how many certificates are written"),
        "who has renewed since is not gone": .init(.ignoresRenewals, "whether it was certified by an earlier renewal"),
        "a session younger than the offer certifies nobody": .init(.ignoresItsOwnAge, "whether it was certified"),
        "a heartbeat tells of others that are late": .init(.noticesNobodyLate, "who is late"),
    ]
}
