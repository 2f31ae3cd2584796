/* claim.pml - who runs a job: PROTOCOL.md section 2, moves 2 to 7, and the lease's certificate of section 3.
 *
 * JOBS jobs, two servers with one or two workers each, a queue that may deliver in any order. Publishing is ideal here
 * (publish.pml has it), and so is the queue (probe.pml). Every branch of a `do` is one atomic step of the real system:
 * one statement, one message, one fault.
 *
 * Checked: I1 (`isCurrent`, and no token twice), I2 (`final`, and no second start), I3 (in acknowledge), I4 (in
 * claimRow), I7 and liveness (at the end). A run without end would be a non-progress cycle.
 *
 * Bad designs, each a switch: see README.md.
 */
#include "faults.pml"
#ifndef JOBS
#define JOBS 1
#endif
#ifndef WORKERS               /* 2: one a server; 4: two a server */
#define WORKERS 2
#endif
#define SERVERS 2
#define SERVER_OF(w) ((w) % SERVERS)
#define EPOCHS 7
#define GENERATIONS 9         /* more than the faults of a run explain: repairs that do not stop */
#define NOBODY 0

mtype = { ENQUEUED, PROCESSING, SCHEDULED, SUCCEEDED, DELETED };              /* JobState */
mtype = { IDLE, DELIVERED, UNANSWERED, RUNNING, ENDED, STORED };              /* what a worker does */

typedef Row { mtype state = ENQUEUED; byte generation = 1; byte attempt; byte owner; byte claim; bool isPublished }
typedef WorkerState {
  mtype phase = IDLE;
  byte generation;            /* of the delivery */
  bool hasDelivery;           /* the channel that can acknowledge it stands */
  byte owner, attempt;        /* of the run; with claimOf, the fence */
  bool isCurrent              /* for the check alone: no later claim or repair has taken the row from this run */
}

Row row[JOBS];
bool final[JOBS];             /* for the check alone: a final state was committed */
WorkerState worker[WORKERS];
byte jobOf[WORKERS];          /* which job a worker has to do with */
byte claimOf[WORKERS];        /* the number of its claim, the same while the claim is repeated */
bool isUp[SERVERS] = true, isConnected[SERVERS] = true;  /* the process; its connection to the broker */
byte epoch[SERVERS], lastClaim[SERVERS];               /* its ServerEpoch, and the counter of its claims */
bool hasLease[EPOCHS], isDead[EPOCHS];  /* lease_until is in the future; the certificate */
byte lastEpoch;
byte repairing[SERVERS];      /* the claim whose row it is putting back: not to be adopted meanwhile (beginRepair) */
chan queue = [8] of { byte, byte };     /* (job, generation), in no order that matters: sorted to have fewer states */
byte lateJob, lateGeneration, lateOwner, lateClaim;  /* a claim that is still on its way though its client gave up */
byte staleClaims = (EXPIRIES > 0 || CRASHES > 1);    /* a claim whose snapshot does not show its certificate yet */
hidden byte x, g;

#ifdef ASYNC_CLAIMS           /* bad: claims are not committed synchronously, so a database crash takes them back */
Row durable[JOBS];
#define COPY(to, from) to.state = from.state; to.generation = from.generation; to.attempt = from.attempt; \
  to.owner = from.owner; to.claim = from.claim
#define DURABLE(j) durable[j]
#define FLUSH(j) COPY(durable[j], row[j])
#define IS_FLUSHED(j) (durable[j].state == row[j].state && durable[j].generation == row[j].generation && \
  durable[j].attempt == row[j].attempt && durable[j].owner == row[j].owner && durable[j].claim == row[j].claim)
#else
#define DURABLE(j) row[j]
#define FLUSH(j) skip
#endif

/* ---- The fence: (owner, claim), never reset within the epoch. */
#if defined(FENCE_ATTEMPT)
#define TOKEN(w, a) (worker[w].attempt == a.attempt)
#elif defined(FENCE_OWNER_ATTEMPT)
#define TOKEN(w, a) (worker[w].owner == a.owner && worker[w].attempt == a.attempt)
#else
#define TOKEN(w, a) (worker[w].owner == a.owner && claimOf[w] == a.claim)
#endif
#define HAS_RUN(w) (worker[w].phase == RUNNING || worker[w].phase == ENDED)
#define OWNS(w) (row[jobOf[w]].state == PROCESSING && TOKEN(w, row[jobOf[w]]))

/* Whether worker w of server s holds the row of job j: runs it, or has a claim under way for it (RunTable). */
#define HOLDS(w, s, j) (SERVER_OF(w) == s && jobOf[w] == j && worker[w].owner == row[j].owner && \
  claimOf[w] == row[j].claim && HAS_RUN(w))
#define CLAIMS(w, s, j) (SERVER_OF(w) == s && jobOf[w] == j && worker[w].phase == UNANSWERED)
#if WORKERS == 2
#define ANY_WORKER(what, s, j) (what(0, s, j) || what(1, s, j))
#else
#define ANY_WORKER(what, s, j) (what(0, s, j) || what(1, s, j) || what(2, s, j) || what(3, s, j))
#endif

/* ---- Parts of steps. */
inline forget(w) {
  worker[w].phase = IDLE; jobOf[w] = 0; worker[w].generation = 0; worker[w].hasDelivery = false;
  worker[w].owner = NOBODY; claimOf[w] = 0; worker[w].attempt = 0; worker[w].isCurrent = false
}
inline acknowledge(w) {       /* I3: no durable row is enqueued at that generation */
  assert(!worker[w].hasDelivery || DURABLE(jobOf[w]).state != ENQUEUED
    || DURABLE(jobOf[w]).generation != worker[w].generation);
  worker[w].hasDelivery = false
}
inline giveDeliveryBack(w) {
  if :: worker[w].hasDelivery -> queue!!jobOf[w], worker[w].generation; worker[w].hasDelivery = false :: else fi
}
inline takeRowAway(j) {       /* no run of the row is current any more */
  x = 0;
  do :: x < WORKERS -> if :: jobOf[x] == j -> worker[x].isCurrent = false :: else fi; x++ :: else -> break od;
  x = 0
}
inline claimRow(j, e, n) {
  assert(!final[j]);          /* I2, I4 */
  row[j].state = PROCESSING; row[j].owner = e; row[j].claim = n; row[j].attempt++;
  takeRowAway(j);
  x = 0;                      /* I1: nobody holds that token already */
  do :: x < WORKERS -> assert(!(jobOf[x] == j && HAS_RUN(x) && TOKEN(x, row[j]))); x++ :: else -> break od
#ifndef ASYNC_CLAIMS
  FLUSH(j)
#endif
}
inline start(w, j) {          /* I2: no second start while the owner is alive and not certified dead */
  x = 0;
#ifndef ONLY_FENCING
  do :: x < WORKERS -> assert(!(x != w && worker[x].phase == RUNNING && jobOf[x] == j
          && hasLease[worker[x].owner] && !isDead[worker[x].owner])); x++ :: else -> break od;
#endif
  worker[w].phase = RUNNING; worker[w].owner = row[j].owner; claimOf[w] = row[j].claim;
  worker[w].attempt = row[j].attempt; worker[w].isCurrent = true
}
inline leave(j, next) {       /* a row leaves its owner */
  row[j].state = next; row[j].owner = NOBODY; row[j].claim = 0; takeRowAway(j); FLUSH(j)
}
inline enqueueAgain(j) {      /* each return to enqueued has a new generation, to be published */
  row[j].generation++; assert(row[j].generation < GENERATIONS); row[j].isPublished = false; leave(j, ENQUEUED)
}
inline newEpoch(s) {
  lastEpoch++; assert(lastEpoch < EPOCHS); epoch[s] = lastEpoch; hasLease[lastEpoch] = true
}

#include "worker.pml"

/* ---- A server: its life, its lease, its audit. */
#if defined(NO_AUDIT) || defined(DROP_OWN)
#define AUDIT(s, j)
#else                         /* move 6: the heartbeat lists what is not held; then putBackUnheld, a compare-and-set */
#define AUDIT(s, j) \
  :: d_step { isUp[s] && repairing[s] == 0 && row[j].state == PROCESSING && row[j].owner == epoch[s] && \
       !ANY_WORKER(HOLDS, s, j) && !ANY_WORKER(CLAIMS, s, j) -> repairing[s] = row[j].claim } \
  :: d_step { repairing[s] != 0 && row[j].state == PROCESSING && row[j].owner == epoch[s] && \
       row[j].claim == repairing[s] -> repairing[s] = 0; enqueueAgain(j) }
#endif
#define IS_SOME_ROWS(s) ((row[0].owner == epoch[s] && row[0].claim == repairing[s]) || \
  (row[JOBS - 1].owner == epoch[s] && row[JOBS - 1].claim == repairing[s]))
#define OF_EACH_WORKER(s, step) step(s); if :: WORKERS == 4 -> step((s + SERVERS) % WORKERS) :: else fi
inline loseAll(s) { isUp[s] = false; isConnected[s] = false; lastClaim[s] = 0; repairing[s] = 0 }

proctype ServerLife(byte s) {
  do
  :: d_step { isUp[s] && crashes > 0 -> crashes--;
       OF_EACH_WORKER(s, giveDeliveryBack); OF_EACH_WORKER(s, forget); loseAll(s) }
  :: d_step { !isUp[s] -> isUp[s] = true; isConnected[s] = true; newEpoch(s) }    /* register */
  :: d_step { isUp[s] && isConnected[s] && cuts > 0 -> cuts--; isConnected[s] = false;
       OF_EACH_WORKER(s, giveDeliveryBack) }
  :: d_step { isUp[s] && !isConnected[s] -> isConnected[s] = true }
  :: d_step { isUp[s] && hasLease[epoch[s]] && expiries > 0 -> expiries--; hasLease[epoch[s]] = false }
  :: d_step { isUp[s] && !hasLease[epoch[s]] && !isDead[epoch[s]] -> hasLease[epoch[s]] = true }  /* heartbeat */
  :: d_step { isUp[s] && isDead[epoch[s]] -> newEpoch(s) }                           /* replaceEpoch */
  AUDIT(s, 0)
#if JOBS == 2
  AUDIT(s, 1)
#endif
  :: d_step { repairing[s] != 0 && !IS_SOME_ROWS(s) -> repairing[s] = 0 }          /* it has moved on meanwhile */
  od
}

/* ---- The reconciler: certificates, orphans, due jobs. */
#define IS_SOMEBODYS(e) ((isUp[0] && epoch[0] == e) || (isUp[1] && epoch[1] == e))
#ifdef STALE_LEASE            /* bad: reads that the lease is over, and updates the rows later */
bool seenOver[EPOCHS];
#define CERTIFY_DEAD(e) :: d_step { !hasLease[e] && !seenOver[e] -> seenOver[e] = true }
#define IS_ORPHAN(j) (row[j].state == PROCESSING && seenOver[row[j].owner])
#define REAPED(e) seenOver[e] = false
#else
#define CERTIFY_DEAD(e) :: d_step { !hasLease[e] && !isDead[e] -> isDead[e] = true }
#define IS_ORPHAN(j) (row[j].state == PROCESSING && isDead[row[j].owner])
#define REAPED(e) skip
#endif
#ifdef REAP_ONCE              /* bad: a dead server's rows are looked for once */
bool isReaped[EPOCHS];
#define REQUEUE_ORPHANS(j) \
  :: d_step { row[j].state == PROCESSING && IS_ORPHAN(j) && !isReaped[row[j].owner] -> isReaped[row[j].owner] = true; \
       enqueueAgain(j) } \
  :: d_step { isDead[epoch[0]] && !isReaped[epoch[0]] && row[j].owner != epoch[0] -> \
       isReaped[epoch[0]] = true } \
  :: d_step { isDead[epoch[1]] && !isReaped[epoch[1]] && row[j].owner != epoch[1] -> \
       isReaped[epoch[1]] = true }
#else
#define REQUEUE_ORPHANS(j) :: d_step { IS_ORPHAN(j) -> REAPED(row[j].owner); enqueueAgain(j) }
#endif
#define RECONCILE(j) \
  REQUEUE_ORPHANS(j) \
  CERTIFY_DEAD(row[j].owner) \
  :: d_step { row[j].owner != NOBODY && hasLease[row[j].owner] && !IS_SOMEBODYS(row[j].owner) -> \
       hasLease[row[j].owner] = false }                                   /* nobody renews a dead process's lease */ \
  :: d_step { row[j].state == SCHEDULED -> enqueueAgain(j) }              /* move 4: promoteDue */ \
  :: d_step { row[j].state == ENQUEUED && !row[j].isPublished -> row[j].isPublished = true; \
       queue!!j, row[j].generation }                                      /* publish, once the row is committed */ \
  :: d_step { duplicates > 0 && row[j].isPublished -> duplicates--; queue!!j, row[j].generation } \
  :: d_step { duplicates > 0 && row[j].generation > 1 -> duplicates--; queue!!j, (row[j].generation - 1) } \
  :: d_step { deletes > 0 && !final[j] -> deletes--; final[j] = true; leave(j, DELETED) } /* move 5 */

proctype Reconciler() {
  do
  RECONCILE(0)
#if JOBS == 2
  RECONCILE(1)
#endif
  CERTIFY_DEAD(epoch[0])
  CERTIFY_DEAD(epoch[1])
  od
}

/* ---- The database. */
proctype Database() {
  do
  :: d_step { lateGeneration > 0 ->                                       /* the late claim is done after all */
       if :: row[lateJob].state == ENQUEUED && row[lateJob].generation == lateGeneration && !isDead[lateOwner] ->
               claimRow(lateJob, lateOwner, lateClaim)
          :: else fi;
       lateJob = 0; lateGeneration = 0; lateOwner = NOBODY; lateClaim = 0 }
#ifdef ASYNC_CLAIMS
  :: d_step { !IS_FLUSHED(0) -> FLUSH(0) }
  :: d_step { !IS_FLUSHED(0) && databaseCrashes > 0 -> databaseCrashes--; COPY(row[0], durable[0]); takeRowAway(0) }
#endif
  od
}

init {
  d_step {
    hasLease[NOBODY] = true; isDead[NOBODY] = true;   /* no row of nobody is looked for */
    newEpoch(0); newEpoch(1);
    FLUSH(0)
  }
#ifdef EAGER                  /* move 7: the client in server 0 inserts the row claimed; there is no message */
  atomic {
    row[0].isPublished = true; lastClaim[0]++; claimRow(0, epoch[0], lastClaim[0]);
    if
    :: start(0, 0)
    :: lostAnswers > 0 -> lostAnswers--
    :: lostAnswers > 0 -> lostAnswers--; queue!!0, 1  /* the insert is repeated, and a message follows */
    fi
  }
#endif
  atomic {
    run Worker(0); run Worker(1);
#if WORKERS == 4
    run Worker(2); run Worker(3);
#endif
    run ServerLife(0); run ServerLife(1); run Reconciler(); run Database()
  }
}

#define IS_OVER(j) (row[j].state == SUCCEEDED || row[j].state == DELETED)
WHEN_ALL_IS_QUIET(IS_OVER(0) && IS_OVER(JOBS - 1))
