/* worker.pml - a part of claim.pml: one worker, from a delivery to its acknowledgement. */

#define me worker[w]
#define HOME SERVER_OF(w)
#define itsRow row[jobOf[w]]
#define CLAIMABLE (itsRow.state == ENQUEUED && itsRow.generation == me.generation)
#define IS_MINE (itsRow.state == PROCESSING && itsRow.generation == me.generation && itsRow.owner == epoch[HOME])

#ifdef DEAD_CLAIM             /* bad: claims of an epoch that is certified dead are let through */
#define MAY_CLAIM (isUp[HOME])
#else
#define MAY_CLAIM (isUp[HOME] && (!isDead[epoch[HOME]] || staleClaims > 0))
#endif
inline takeNumber(w) { if :: claimOf[w] == 0 -> lastClaim[HOME]++; claimOf[w] = lastClaim[HOME] :: else fi }
inline spendStaleClaim() { if :: isDead[epoch[HOME]] && staleClaims > 0 -> staleClaims-- :: else fi }
#ifdef ACK_BEFORE_COMMIT      /* bad */
#define ACK_FIRST acknowledge(w)
#else
#define ACK_FIRST skip
#endif
#ifdef DROP_OWN               /* bad: "the owner is me" is taken for "it runs here", and no audit finds the row */
#define IS_ADOPTED false
#else
#define IS_ADOPTED (IS_MINE && !ANY_WORKER(HOLDS, SERVER_OF(w), jobOf[w]))
#endif
#ifdef ADOPT_WHILE_REPAIRING  /* bad: it may be run while it is being put back */
#define IS_REPAIRED false
#else
#define IS_REPAIRED (IS_MINE && repairing[HOME] == itsRow.claim)
#endif
#ifdef FENCED_ACKED           /* bad: a refused end is acknowledged without asking why */
#define IS_CLAIMED_AGAIN false
#else
#define IS_CLAIMED_AGAIN CLAIMABLE
#endif

/* Any copy may come: the present generation's, or one that is stale. */
#define DELIVER(j) \
  :: d_step { me.phase == IDLE && isUp[HOME] && isConnected[HOME] && queue??[j, eval(row[j].generation)] -> \
       queue??j, eval(row[j].generation); me.phase = DELIVERED; jobOf[w] = j; me.generation = row[j].generation; \
       me.hasDelivery = true } \
  :: d_step { me.phase == IDLE && isUp[HOME] && isConnected[HOME] && queue??[j, _] -> \
       queue??j, g; me.phase = DELIVERED; jobOf[w] = j; me.generation = g; me.hasDelivery = true; g = 0 }
#define CLAIM_IS_SENT me.phase == DELIVERED && MAY_CLAIM

/* An end is stored by compare-and-set on the fence; the answer comes, or is lost and the same is stored again. */
#define COMPLETE(condition, spend, move) \
  :: d_step { me.phase == ENDED && isUp[HOME] && OWNS(w) && condition -> assert(me.isCurrent && !final[jobOf[w]]); \
       spend; move; me.phase = STORED } \
  :: d_step { me.phase == ENDED && isUp[HOME] && OWNS(w) && condition && lostAnswers > 0 -> lostAnswers--; \
       assert(me.isCurrent && !final[jobOf[w]]); spend; move }

proctype Worker(byte w) {
  do
  DELIVER(0)
#if JOBS == 2
  DELIVER(1)
#endif
  :: d_step { me.phase == DELIVERED && !me.hasDelivery -> forget(w) }     /* the channel is gone, it comes again */

  /* Move 2, claim: enqueued at this generation, and my epoch is not dead. */
  :: d_step { CLAIM_IS_SENT && CLAIMABLE -> spendStaleClaim(); ACK_FIRST; takeNumber(w);
       claimRow(jobOf[w], epoch[HOME], claimOf[w]); start(w, jobOf[w]) }
  :: d_step { CLAIM_IS_SENT && CLAIMABLE && lostAnswers > 0 -> lostAnswers--; spendStaleClaim(); ACK_FIRST;
       takeNumber(w); claimRow(jobOf[w], epoch[HOME], claimOf[w]); me.phase = UNANSWERED }
  :: d_step { CLAIM_IS_SENT && CLAIMABLE && lostAnswers > 0 && lateGeneration == 0 -> lostAnswers--; ACK_FIRST;
       takeNumber(w); lateJob = jobOf[w]; lateGeneration = me.generation; lateOwner = epoch[HOME];
       lateClaim = claimOf[w]; me.phase = UNANSWERED }
  :: d_step { me.phase == UNANSWERED -> if :: me.hasDelivery -> me.phase = DELIVERED :: else -> forget(w) fi }

  /* No row back: mine, and it does not run here, so the claim's answer was lost: run it. */
  :: d_step { CLAIM_IS_SENT && !CLAIMABLE && IS_ADOPTED && !IS_REPAIRED -> start(w, jobOf[w]) }
  /* Terminal, a newer generation, or another's: acknowledge and drop; a dead owner's row is the reaper's. */
  :: d_step { CLAIM_IS_SENT && !CLAIMABLE && !IS_ADOPTED -> FLUSH(jobOf[w]); acknowledge(w); forget(w) }

#ifdef CLAIM_WAITING          /* section 3, broker down: claims without a message; a lost answer is the audit's */
  :: d_step { me.phase == IDLE && MAY_CLAIM && row[0].state == ENQUEUED -> spendStaleClaim(); takeNumber(w);
       me.generation = row[0].generation; claimRow(0, epoch[HOME], claimOf[w]); start(w, 0) }
  :: d_step { me.phase == IDLE && MAY_CLAIM && row[0].state == ENQUEUED && lostAnswers > 0 -> lostAnswers--;
       spendStaleClaim(); takeNumber(w); claimRow(0, epoch[HOME], claimOf[w]); claimOf[w] = 0 }
#endif

  :: d_step { me.phase == RUNNING -> me.phase = ENDED }                         /* or was cancelled */
#ifdef ACK_LONG               /* the early ack of a long job, by a compare-and-set that still finds the fence */
  :: d_step { me.phase == RUNNING && me.hasDelivery && OWNS(w) -> FLUSH(jobOf[w]); acknowledge(w) }
#endif

  /* Moves 3 and 4: complete, retry, putBack (no attempt is spent); all are scheduled or final in one transaction. */
  COMPLETE(true, final[jobOf[w]] = true, leave(jobOf[w], SUCCEEDED))
  COMPLETE(retries > 0, retries--, leave(jobOf[w], SCHEDULED))
  COMPLETE(putBacks > 0, putBacks--, itsRow.attempt--; leave(jobOf[w], SCHEDULED))
  /* Fenced, or a repeat after a lost answer: classified as in move 2. */
  :: d_step { me.phase == ENDED && isUp[HOME] && !OWNS(w) && IS_CLAIMED_AGAIN ->
       if :: me.hasDelivery -> me.phase = DELIVERED; me.owner = NOBODY; claimOf[w] = 0; me.attempt = 0
          :: else -> forget(w) fi }
  :: d_step { me.phase == ENDED && isUp[HOME] && !OWNS(w) && !IS_CLAIMED_AGAIN -> FLUSH(jobOf[w]); me.phase = STORED }
  :: d_step { me.phase == STORED -> acknowledge(w); forget(w) }
  od
}
