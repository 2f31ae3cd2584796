/* takeover.pml - the early certificate: PROTOCOL.md section 3, "early certificate".
 *
 * One job, two servers with one worker each, each the watch of the other (TakeoverWatch). What shows that a server
 * lives: the lock of its database session (hasLock), and its exclusive queue at the broker (hasQueue). Generations and
 * fences are left to claim.pml; a redelivered message is told from a fresh one.
 *
 * Checked: I2 (in start: no second start beside a living run, unless cuts took both of that server's connections at
 * once, which PROTOCOL.md admits), I7 and liveness (at the end).
 *
 * Bad designs: ONE_WITNESS_QUEUE, ONE_WITNESS_LOCK, ONE_LOOK, TRUSTS_OWN_CONNECTIONS; NO_EXCUSE shows what is
 * admitted.
 */
#include "faults.pml"
#define EPOCHS 6
#define NOBODY 0

mtype = { ENQUEUED, PROCESSING, SUCCEEDED };
mtype = { IDLE, DELIVERED, RUNNING };

mtype state = ENQUEUED; byte owner;     /* the job's row */
byte fresh = 1, redelivered;            /* its messages at the broker */

mtype phase[2] = IDLE;                  /* what the worker of each server does */
bool isRedelivered[2], hasDelivery[2];
byte runEpoch[2];                       /* for which epoch it runs */
bool isUp[2] = true;
byte epoch[2];
byte lastEpoch;
bool hasLock[EPOCHS], hasQueue[EPOCHS], isDead[EPOCHS], isLeaseOver[EPOCHS];
bool lostBoth[EPOCHS];                  /* for the check alone: cuts took both of its connections at once */

/* What a server knows of the other: PROTOCOL.md, "both seen twice, while my own two connections were unbroken". */
byte watched[2];                        /* which epoch it looks at */
byte looks[2];                          /* how often it has seen both gone, at the same last renewal */
bool hasSeenLockFree[2];                /* within a look: storage was asked first, then the broker */
bool isBroken[2];                       /* its own connection broke since the renewal that the other's offer rests on */

#define OTHER(s) (1 - (s))
#ifdef ONE_LOOK                         /* bad: one look is enough */
#define ENOUGH 1
#else
#define ENOUGH 2
#endif
#ifdef TRUSTS_OWN_CONNECTIONS           /* bad: whatever is missing counts, even if a restart took it from everybody */
#define IS_UNBROKEN(s) true
#else
#define IS_UNBROKEN(s) (!isBroken[s])
#endif
#ifdef NO_EXCUSE                        /* shows that two runs may overlap when both connections are cut at once */
#define IS_EXCUSED(e) false
#else
#define IS_EXCUSED(e) lostBoth[e]
#endif
/* bad: a redelivery and one witness are taken for death */
#if defined(ONE_WITNESS_QUEUE)
#define PASSES_FOR_DEAD(s) (isRedelivered[s] && !hasQueue[owner])
#elif defined(ONE_WITNESS_LOCK)
#define PASSES_FOR_DEAD(s) (isRedelivered[s] && !hasLock[owner])
#else
#define PASSES_FOR_DEAD(s) false
#endif

inline newEpoch(s) {                    /* register: both connections stand before the server consumes */
  lastEpoch++; assert(lastEpoch < EPOCHS); epoch[s] = lastEpoch; hasLock[lastEpoch] = true; hasQueue[lastEpoch] = true;
  looks[OTHER(s)] = 0; hasSeenLockFree[OTHER(s)] = false; isBroken[OTHER(s)] = false
}
inline returnDelivery(s) { if :: hasDelivery[s] -> redelivered++; hasDelivery[s] = false :: else fi }
inline breakOwn(s) { isBroken[s] = true; looks[s] = 0; hasSeenLockFree[s] = false }
inline start(s) {                       /* I2 */
  assert(!(phase[OTHER(s)] == RUNNING && !isDead[runEpoch[OTHER(s)]]));
  assert(!(phase[OTHER(s)] == RUNNING && !IS_EXCUSED(runEpoch[OTHER(s)]) && !isLeaseOver[runEpoch[OTHER(s)]]));
  state = PROCESSING; owner = epoch[s]; runEpoch[s] = epoch[s]; phase[s] = RUNNING
}
inline finish(s) { hasDelivery[s] = false; isRedelivered[s] = false; runEpoch[s] = NOBODY; phase[s] = IDLE }
inline loseQueue(s) { hasQueue[epoch[s]] = false; returnDelivery(s); breakOwn(s) }
inline loseLock(s) { hasLock[epoch[s]] = false; breakOwn(s) }

#define OWNED_BY_OTHER(s) (state == PROCESSING && owner != epoch[s] && !isDead[owner])
#define IS_WATCHED(s) (isUp[s] && OWNED_BY_OTHER(s) && watched[s] == owner)

proctype Server(byte s) {
  do
  /* Move 2: deliver, claim, drop. A row of mine that I do not run is the audit's, which claim.pml has. */
  :: d_step { isUp[s] && hasQueue[epoch[s]] && phase[s] == IDLE && fresh > 0 -> fresh--;
       phase[s] = DELIVERED; hasDelivery[s] = true; isRedelivered[s] = false }
  :: d_step { isUp[s] && hasQueue[epoch[s]] && phase[s] == IDLE && redelivered > 0 -> redelivered--;
       phase[s] = DELIVERED; hasDelivery[s] = true; isRedelivered[s] = true }
  :: d_step { phase[s] == DELIVERED && !hasDelivery[s] -> finish(s) }
  :: d_step { phase[s] == DELIVERED && hasDelivery[s] && state == ENQUEUED && !isDead[epoch[s]] -> start(s) }
  :: d_step { phase[s] == DELIVERED && hasDelivery[s] && OWNED_BY_OTHER(s) && PASSES_FOR_DEAD(s) -> start(s) }
  :: d_step { phase[s] == DELIVERED && hasDelivery[s] && state != ENQUEUED && !PASSES_FOR_DEAD(s) -> finish(s) }
  /* Move 3: complete, by compare-and-set on the owner; a fenced run ends as well. */
  :: d_step { phase[s] == RUNNING && hasLock[epoch[s]] ->
       if :: state == PROCESSING && owner == runEpoch[s] -> state = SUCCEEDED; owner = NOBODY :: else fi;
       finish(s) }

  /* Life: crash, restart, cuts of one connection, both made again; heartbeat; a new epoch after a certificate. */
  :: d_step { isUp[s] && crashes > 0 -> crashes--; isUp[s] = false; returnDelivery(s); finish(s) }
  :: d_step { !isUp[s] -> isUp[s] = true; newEpoch(s) }
  :: d_step { isUp[s] && hasQueue[epoch[s]] && cuts > 0 -> cuts--; loseQueue(s);
       lostBoth[epoch[s]] = lostBoth[epoch[s]] || !hasLock[epoch[s]] }
  :: d_step { isUp[s] && hasLock[epoch[s]] && storageCuts > 0 -> storageCuts--; loseLock(s);
       lostBoth[epoch[s]] = lostBoth[epoch[s]] || !hasQueue[epoch[s]] }
  :: d_step { isUp[s] && !hasQueue[epoch[s]] -> hasQueue[epoch[s]] = true }
  :: d_step { isUp[s] && !hasLock[epoch[s]] -> hasLock[epoch[s]] = true }
  :: d_step { isUp[s] && hasLock[epoch[s]] && isDead[epoch[s]] -> newEpoch(s) }
  :: d_step { isUp[s] && hasLock[epoch[s]] && !isDead[epoch[s]] && (looks[OTHER(s)] > 0 || hasSeenLockFree[OTHER(s)]) ->
       looks[OTHER(s)] = 0; hasSeenLockFree[OTHER(s)] = false }           /* a renewal: looks begin anew */
  :: d_step { isUp[s] && hasLock[epoch[s]] && hasQueue[epoch[s]] && !isDead[epoch[s]] && isBroken[OTHER(s)] ->
       looks[OTHER(s)] = 0; hasSeenLockFree[OTHER(s)] = false; isBroken[OTHER(s)] = false }  /* one with an offer */

  /* The watch over the other: a look asks storage, then the broker; certifyGone looks at the lock itself once more. */
  :: d_step { isUp[s] && OWNED_BY_OTHER(s) && watched[s] != owner -> watched[s] = owner; looks[s] = 0;
       hasSeenLockFree[s] = false }
  :: d_step { IS_WATCHED(s) && IS_UNBROKEN(s) && !hasLock[owner] && !hasSeenLockFree[s] && looks[s] < ENOUGH ->
       hasSeenLockFree[s] = true }
  :: d_step { IS_WATCHED(s) && hasSeenLockFree[s] -> hasSeenLockFree[s] = false;
       if :: !hasQueue[owner] -> looks[s]++ :: else -> looks[s] = 0 fi }
  :: d_step { IS_WATCHED(s) && IS_UNBROKEN(s) && looks[s] == ENOUGH -> looks[s] = 0;
       if :: !hasLock[owner] -> isDead[owner] = true :: else fi }         /* certifyGone */
  od
}

#define IS_SOMEBODYS(e) ((isUp[0] && epoch[0] == e) || (isUp[1] && epoch[1] == e))

proctype Others() {
  do
  /* A dead process: both servers notice, in any order, and its lease runs out. */
  :: d_step { owner != NOBODY && !IS_SOMEBODYS(owner) && hasLock[owner] -> hasLock[owner] = false }
  :: d_step { owner != NOBODY && !IS_SOMEBODYS(owner) && hasQueue[owner] -> hasQueue[owner] = false }
  :: d_step { owner != NOBODY && !IS_SOMEBODYS(owner) && !isLeaseOver[owner] -> isLeaseOver[owner] = true }
  :: d_step { owner != NOBODY && isLeaseOver[owner] && !isDead[owner] -> isDead[owner] = true }  /* certifyDead */
  :: d_step { state == PROCESSING && isDead[owner] -> state = ENQUEUED; owner = NOBODY; fresh++ } /* requeueOrphans */
  :: d_step { duplicates > 0 -> duplicates--; fresh++ }
  :: d_step { restarts > 0 -> restarts--; loseQueue(0); loseQueue(1) }
  :: d_step { restarts > 0 -> restarts--; loseLock(0); loseLock(1) }
  od
}

init {
  d_step { newEpoch(0); newEpoch(1) }
  atomic { run Server(0); run Server(1); run Others() }
}

WHEN_ALL_IS_QUIET(state == SUCCEEDED)
