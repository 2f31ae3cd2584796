/* publish.pml - from the insert to the confirm: PROTOCOL.md section 2, move 1, and section 4, "unpublished".
 *
 * One publisher session with ROWS rows, numbered in the order in which their seq is taken (PublishLedger). Inserts
 * travel on several connections: they commit in any order, and their answers may be lost. Any number of reconcilers
 * repair. What the broker loses is found by a probe that is never wrong (probe.pml has the real one).
 *
 * Checked: what storage takes for confirmed was confirmed (isSound); no message without a row (in deliver); I6 (a row
 * is repaired once; one whose confirm has come is not, while its session lives); I7 and liveness (at the end).
 *
 * Bad designs, each a switch: see README.md.
 */
#include "faults.pml"
#ifndef ROWS
#define ROWS 2
#endif
#define K (ROWS + 1)

mtype = { NONE, IN_FLIGHT, ABORTED, ENQUEUED, CLAIMED };                /* a row, as the database sees it */
mtype = { UNUSED, SENT, UNKNOWN, COMMITTED, ON_WIRE, CONFIRMED, ROLLED_BACK, GIVEN_UP };  /* the same, in the ledger */
mtype = { SESSION, NOBODY, RECONCILER };                                /* whose mark the row bears */

mtype row[K] = NONE, ledger[K] = UNUSED, mark[K] = SESSION;
byte next = 1;                          /* the seq to be taken next */
byte confirmedBelow = 1;                /* the stored watermark: all below is confirmed, but for what is listed */
bool isPending[K];
byte copies[K];                         /* messages at the broker */
bool isConfirming[K];                   /* a confirm is on its way */
bool isConfirmed[K];                    /* for the checks alone: the broker has confirmed a copy */
byte publishing[K], repairs[K];         /* reconcilers that are about to publish; copies they have published */
bool isAlive = true, isSessionOver;     /* the publisher's process; its lease, which may be over though it lives */
bool isCutOff, isUnroutable[K];         /* for good */
bool isScanned;
hidden byte x;

#ifdef WATERMARK_PASSES_INFLIGHT        /* bad: a seq is pending only once its row is known to be committed */
#define IS_OPEN(k) (ledger[k] == COMMITTED || ledger[k] == ON_WIRE)
#else                                   /* from before the insert is sent, until the confirm or a certain rollback */
#define IS_OPEN(k) (ledger[k] != UNUSED && ledger[k] != CONFIRMED && ledger[k] != ROLLED_BACK && ledger[k] != GIVEN_UP)
#endif
#ifdef NO_PENDING_LIST                  /* bad: the watermark ends at the first open seq, which hides all later ones */
#define WATERMARK ((next <= 1 || IS_OPEN(1)) -> 1 : \
  ((next <= 2 || IS_OPEN(2)) -> 2 : ((next <= 3 || IS_OPEN(ROWS)) -> 3 : 4)))
#define IS_LISTED(k) false
#else
#define WATERMARK next
#define IS_LISTED(k) (k < next && IS_OPEN(k))
#endif
#define IS_STORED (confirmedBelow == WATERMARK && isPending[1] == IS_LISTED(1) && isPending[2] == IS_LISTED(2) && \
  isPending[ROWS] == IS_LISTED(ROWS))
#define IS_CONFIRMED_BY_SESSION(k) (k < confirmedBelow && !isPending[k])

inline isSound(k) {
  assert(!(row[k] == ENQUEUED && mark[k] == SESSION && IS_CONFIRMED_BY_SESSION(k)) || isConfirmed[k])
}

/* ---- The publisher: JobInserter, DispatchPublisher. */
#if defined(UNKNOWN_ROLLED_BACK)        /* bad: an insert without an answer is taken for rolled back */
#define ASK_AGAIN(k) :: d_step { isAlive && ledger[k] == UNKNOWN -> ledger[k] = ROLLED_BACK }
#elif defined(UNKNOWN_LOOKED_UP_ONCE)   /* bad: it is looked up, and taken for rolled back when it is not there yet */
#define ASK_AGAIN(k) :: d_step { isAlive && ledger[k] == UNKNOWN -> \
  if :: row[k] == ENQUEUED || row[k] == CLAIMED -> ledger[k] = COMMITTED :: else -> ledger[k] = ROLLED_BACK fi }
#elif defined(PUBLISH_BEFORE_COMMIT)    /* bad: it is published before its outcome is known */
#define ASK_AGAIN(k) :: d_step { isAlive && ledger[k] == UNKNOWN -> ledger[k] = COMMITTED }
#else                                   /* the same id and seq again, ON CONFLICT DO NOTHING: waits for the old one */
#define ASK_AGAIN(k) \
  :: d_step { isAlive && ledger[k] == UNKNOWN && (row[k] == ENQUEUED || row[k] == CLAIMED) -> ledger[k] = COMMITTED } \
  :: d_step { isAlive && ledger[k] == UNKNOWN && row[k] == ABORTED -> row[k] = ENQUEUED; ledger[k] = COMMITTED }
#endif
#ifdef RETURN_CONFIRMS                  /* bad: the ack that follows a return is taken for a confirm */
#define RETURNED(k) ledger[k] = CONFIRMED
#define IS_TRIED(k) true
#else                                   /* returned, nacked, unanswered: tried again; without end, so not a step here */
#define RETURNED(k) skip
#define IS_TRIED(k) false
#endif
#ifdef NO_HELP                          /* bad: nobody publishes for a publisher that lives and cannot */
#define GIVES_UP(k) false
#define IS_OLD(k) false
#else                                   /* T, which is far longer than a heartbeat or a publish that works */
#define GIVES_UP(k) (isAlive && ledger[k] == COMMITTED && (isCutOff || isUnroutable[k]))
#define IS_OLD(k) (isAlive && IS_STORED && (ledger[k] == CONFIRMED || isCutOff || isUnroutable[k]))
#endif

#define PUBLISHER(k) \
  :: d_step { isAlive && next == k -> next = k + 1; ledger[k] = SENT; row[k] = IN_FLIGHT }    /* reserve, insert */ \
  :: d_step { isAlive && ledger[k] == SENT && (row[k] == ENQUEUED || row[k] == CLAIMED) -> ledger[k] = COMMITTED } \
  :: d_step { isAlive && ledger[k] == SENT && row[k] == ABORTED -> ledger[k] = ROLLED_BACK } \
  :: d_step { isAlive && ledger[k] == SENT && lostAnswers > 0 -> lostAnswers--; ledger[k] = UNKNOWN } \
  ASK_AGAIN(k) \
  :: d_step { isAlive && ledger[k] == COMMITTED && !isCutOff && !isUnroutable[k] -> \
       ledger[k] = ON_WIRE; copies[k]++; isConfirming[k] = true }                                   /* publish */ \
  :: d_step { isAlive && ledger[k] == COMMITTED && isUnroutable[k] && IS_TRIED(k) -> RETURNED(k) } \
  :: d_step { isConfirming[k] -> isConfirming[k] = false; isConfirmed[k] = true; \
       if :: isAlive && ledger[k] == ON_WIRE -> ledger[k] = CONFIRMED :: else fi }                  /* settle */ \
  :: d_step { GIVES_UP(k) -> ledger[k] = GIVEN_UP; if :: mark[k] == SESSION -> mark[k] = NOBODY :: else fi } \
                                                                                                    /* releaseMarks */ \
  :: d_step { isAlive && cuts > 0 && ledger[k] == ON_WIRE -> cuts--; ledger[k] = COMMITTED; \
       if :: isConfirming[k] -> isConfirming[k] = false; isConfirmed[k] = true :: else fi }   /* a confirm is lost */

/* ---- The reconcilers: adoptUnpublished, requeueLost. */
#ifdef SCAN_ONCE                        /* bad: the rows of a session that is over are looked for once */
#define MAY_SCAN (!isScanned)
#else
#define MAY_SCAN true
#endif
#define IS_UNPUBLISHED(k) (row[k] == ENQUEUED && (mark[k] == NOBODY || \
  (mark[k] == SESSION && !IS_CONFIRMED_BY_SESSION(k) && ((isSessionOver && MAY_SCAN) || IS_OLD(k)))))
#ifdef MARK_NOT_MOVED                   /* bad: published first, and the mark moved after it */
#define ADOPT(k) \
  :: d_step { IS_UNPUBLISHED(k) && publishing[k] + repairs[k] < 2 -> publishing[k]++ } \
  :: d_step { publishing[k] > 0 -> publishing[k]--; copies[k]++; repairs[k]++; mark[k] = RECONCILER; \
       assert(repairs[k] <= 1) }
#else                                   /* first moved to oneself, by compare-and-set on the old mark */
#define ADOPT(k) \
  :: d_step { IS_UNPUBLISHED(k) -> assert(isSessionOver || ledger[k] != CONFIRMED); mark[k] = RECONCILER; \
       publishing[k]++ } \
  :: d_step { publishing[k] > 0 -> publishing[k]--; copies[k]++; repairs[k]++; assert(repairs[k] <= 1) }
#endif
#define REPAIR(k) \
  ADOPT(k) \
  :: d_step { row[k] == ENQUEUED && (mark[k] == RECONCILER || (mark[k] == SESSION && IS_CONFIRMED_BY_SESSION(k))) && \
       copies[k] == 0 && publishing[k] == 0 -> mark[k] = RECONCILER; copies[k]++ }                  /* requeueLost */

/* ---- The database, the broker, and a server that claims. */
#define WORLD(k) \
  :: d_step { row[k] == IN_FLIGHT -> row[k] = ENQUEUED; isSound(k) } \
  :: d_step { row[k] == IN_FLIGHT -> row[k] = ABORTED } \
  :: d_step { copies[k] > 0 -> copies[k]--; assert(row[k] == ENQUEUED || row[k] == CLAIMED); row[k] = CLAIMED } \
  :: d_step { copies[k] > 0 && isConfirmed[k] && losses > 0 -> losses--; copies[k] = 0 }

proctype Publisher() {
  do
  PUBLISHER(1)
  PUBLISHER(2)
#if ROWS == 3
  PUBLISHER(3)
#endif
  :: d_step { isAlive && !IS_STORED -> confirmedBelow = WATERMARK; x = 1;                           /* saveWatermark */
       do :: x < K -> isPending[x] = IS_LISTED(x); x++ :: else -> break od;
       isSound(1); isSound(2); isSound(ROWS) }
  :: d_step { isAlive && crashes > 0 -> crashes--; isAlive = false }
  :: d_step { !isSessionOver && !isAlive -> isSessionOver = true }
  :: d_step { !isSessionOver && isAlive && expiries > 0 -> expiries--; isSessionOver = true }
#ifdef CUT_OFF                          /* a fault: the publisher lives and never reaches the broker again */
  :: d_step { !isCutOff -> isCutOff = true }
#endif
#ifdef UNROUTABLE                       /* a fault: row 1's message is always returned */
  :: d_step { row[1] == ENQUEUED && ledger[1] == COMMITTED && !isUnroutable[1] -> isUnroutable[1] = true }
#endif
  od
}

proctype Reconcilers() {
  do
  REPAIR(1)
  REPAIR(2)
#if ROWS == 3
  REPAIR(3)
#endif
#ifdef SCAN_ONCE
  :: d_step { isSessionOver && !isScanned && !IS_UNPUBLISHED(1) && !IS_UNPUBLISHED(2) -> isScanned = true }
#endif
  od
}

proctype World() {
  do
  WORLD(1)
  WORLD(2)
#if ROWS == 3
  WORLD(3)
#endif
  od
}

init { atomic { run Publisher(); run Reconcilers(); run World() } }

WHEN_ALL_IS_QUIET(row[1] != ENQUEUED && row[2] != ENQUEUED && row[ROWS] != ENQUEUED)
