/* submit.pml - a job from a producer that only knows the broker: PROTOCOL.md section 2, move 8 (not built yet).
 *
 * One submission, which its producer may resend; two servers. One statement inserts the dedup row and the job,
 * claimed. The job goes from the live table to the history and is removed in time; the dedup row outlives every
 * resend, unless it is cut short.
 *
 * Checked: I5 (at most one job, so it completes once), I3 for submissions (in acknowledge: a durable job stands for
 * it), nothing is parked or rejected wrongly, and at the end it has completed.
 *
 * Bad designs, each a switch: see README.md. SHORT_DEDUP alone is bad, with REJECT_OLD it is not.
 */
#include "faults.pml"
#define SERVERS 2
#define EPOCHS 8
#define NOBODY 0

mtype = { ABSENT, PROCESSING, ENQUEUED, SUCCEEDED, IN_HISTORY, REMOVED };     /* the job */
mtype = { IDLE, RECEIVED, UNANSWERED, RUNNING, STORED };                      /* what a server does */

mtype job = ABSENT; byte owner;
bool hasDedupRow;
mtype durableJob = ABSENT; byte durableOwner; bool isDedupDurable;
byte submissions = 1, dispatches;       /* messages at the broker: of the producer, and of Baton itself */
mtype phase[SERVERS] = IDLE;
bool hasDelivery[SERVERS], isUp[SERVERS] = true;
byte epoch[SERVERS], runEpoch[SERVERS], lastEpoch;
bool isOld;                             /* every copy that may still come is older than the dedup window */
bool isRejected;
byte completions;                       /* for the check alone */

inline flush() { durableJob = job; durableOwner = owner; isDedupDurable = hasDedupRow }
inline acknowledge(s) {
  assert(!hasDelivery[s] || durableJob != ABSENT || isRejected); hasDelivery[s] = false
}
inline forget(s) { phase[s] = IDLE; runEpoch[s] = NOBODY }
inline runHere(s) { phase[s] = RUNNING; runEpoch[s] = epoch[s] }
inline requeue() { job = ENQUEUED; owner = NOBODY; dispatches++; flush() }
inline newEpoch(s) { lastEpoch++; assert(lastEpoch < EPOCHS); epoch[s] = lastEpoch }

#ifdef ASYNC_INSERT                     /* bad: acknowledged after a commit that a database crash takes back */
#define COMMIT skip
#else
#define COMMIT flush()
#endif
#ifdef ACK_BEFORE_INSERT                /* bad */
#define ACK_FIRST(s) acknowledge(s)
#else
#define ACK_FIRST(s) skip
#endif
#ifdef NO_DEDUP_ROW                     /* bad: a duplicate is known by the job's row in the live table */
#define CONFLICTS (job == PROCESSING || job == ENQUEUED || job == SUCCEEDED)
#else
#define CONFLICTS hasDedupRow
#endif
#ifdef REJECT_OLD                       /* an older message is rejected, by the broker's own time stamp */
#define IS_REJECTED isOld
#else
#define IS_REJECTED false
#endif

/* A conflict whose job is gone is a duplicate like any other: acknowledge, count, never create, never park. */
#if defined(RECREATE)                   /* bad */
#define JOB_IS_GONE(s) job = PROCESSING; owner = epoch[s]; flush(); runHere(s)
#elif defined(PARK)                     /* bad */
#define JOB_IS_GONE(s) assert(false)
#else
#define JOB_IS_GONE(s) acknowledge(s); forget(s)
#endif

proctype Server(byte s) {
  do
  :: d_step { isUp[s] && phase[s] == IDLE && submissions > 0 -> submissions--; phase[s] = RECEIVED;
       hasDelivery[s] = true }
  :: d_step { phase[s] == RECEIVED && !hasDelivery[s] -> forget(s) }
  :: d_step { phase[s] == RECEIVED && hasDelivery[s] && IS_REJECTED -> isRejected = true; acknowledge(s); forget(s) }
  /* Insert and claim, in one statement; then acknowledge, here when the job is long. */
  :: d_step { phase[s] == RECEIVED && hasDelivery[s] && !IS_REJECTED && !CONFLICTS -> ACK_FIRST(s);
       job = PROCESSING; owner = epoch[s]; hasDedupRow = true; COMMIT; runHere(s) }
  :: d_step { phase[s] == RECEIVED && hasDelivery[s] && !IS_REJECTED && !CONFLICTS && lostAnswers > 0 -> lostAnswers--;
       ACK_FIRST(s); job = PROCESSING; owner = epoch[s]; hasDedupRow = true; COMMIT; phase[s] = UNANSWERED }
  :: d_step { phase[s] == UNANSWERED -> if :: hasDelivery[s] -> phase[s] = RECEIVED :: else -> forget(s) fi }
  :: d_step { phase[s] == RECEIVED && hasDelivery[s] && !IS_REJECTED && CONFLICTS && job != REMOVED ->
       flush(); acknowledge(s); forget(s) }
  :: d_step { phase[s] == RECEIVED && hasDelivery[s] && !IS_REJECTED && CONFLICTS && job == REMOVED -> JOB_IS_GONE(s) }
#ifdef ACK_LONG
  :: d_step { phase[s] == RUNNING && hasDelivery[s] -> acknowledge(s) }
#endif

  /* What came back to the queue has a dispatch message; claim.pml has the rest of it. */
  :: d_step { isUp[s] && phase[s] == IDLE && dispatches > 0 -> dispatches--;
       if :: job == ENQUEUED -> job = PROCESSING; owner = epoch[s]; flush(); runHere(s) :: else fi }
  :: d_step { phase[s] == RUNNING ->
       if :: job == PROCESSING && owner == runEpoch[s] -> job = SUCCEEDED; owner = NOBODY; flush();
               completions++; assert(completions <= 1)
          :: else fi;
       phase[s] = STORED }
  :: d_step { phase[s] == STORED -> acknowledge(s); forget(s) }

  :: d_step { isUp[s] && crashes > 0 -> crashes--; isUp[s] = false; forget(s);
       if :: hasDelivery[s] -> hasDelivery[s] = false; submissions++ :: else fi }
  :: d_step { !isUp[s] -> isUp[s] = true; newEpoch(s) }
  :: d_step { hasDelivery[s] && cuts > 0 -> cuts--; hasDelivery[s] = false; submissions++ }
#ifndef NO_AUDIT
  :: d_step { isUp[s] && job == PROCESSING && owner == epoch[s] && phase[s] != UNANSWERED &&
       !(phase[s] == RUNNING && runEpoch[s] == epoch[s]) -> requeue() }                             /* putBackUnheld */
#endif
  od
}

proctype World() {
  do
  :: d_step { job == PROCESSING && owner != epoch[0] && owner != epoch[1] -> requeue() }            /* requeueOrphans */
  :: d_step { duplicates > 0 -> duplicates--; submissions++ }
  :: d_step { job == SUCCEEDED -> job = IN_HISTORY; flush() }
  :: d_step { job == IN_HISTORY -> job = REMOVED; flush() }
#ifdef SHORT_DEDUP                      /* bad: the dedup row goes while copies may still come */
  :: d_step { hasDedupRow && (job == SUCCEEDED || job == IN_HISTORY || job == REMOVED) ->
       hasDedupRow = false; isOld = true; flush() }
#else
  :: d_step { hasDedupRow && (job == SUCCEEDED || job == IN_HISTORY || job == REMOVED) && submissions == 0 &&
       duplicates == 0 && !hasDelivery[0] && !hasDelivery[1] -> hasDedupRow = false; isOld = true; flush() }
#endif
  :: d_step { databaseCrashes > 0 && (job != durableJob || hasDedupRow != isDedupDurable || owner != durableOwner) ->
       databaseCrashes--; job = durableJob; owner = durableOwner; hasDedupRow = isDedupDurable }
  od
}

init {
  d_step { newEpoch(0); newEpoch(1) }
  atomic { run Server(0); run Server(1); run World() }
}

WHEN_ALL_IS_QUIET(completions == 1)
