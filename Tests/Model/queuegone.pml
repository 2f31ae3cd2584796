/* queuegone.pml - a queue is deleted, or the broker's data lost: PROTOCOL.md section 4, "queue gone"; QueueWatch.
 *
 * Two processes may find the queue missing, each in its own time, and declare it again. Two jobs, one consumer, one
 * publisher whose watermark is stored when it comes to it. What was not in the stored watermarks yet is left to the
 * probe (probe.pml).
 *
 * Checked: I6 (in requeueLost: no copy is left), I7 and liveness (at the end: what was confirmed in a stored watermark
 * when the queue went is published again and claimed).
 *
 * Bad designs: LOOKS_ONCE, DECLARES_FIRST, WATERMARKS_LAST.
 */
#include "faults.pml"

mtype = { WAITING, CLAIMED };                                 /* a job */
mtype = { UNPUBLISHED, ON_WIRE, CONFIRMED };                  /* its mark, in the publisher's ledger */
mtype = { CONTENT, FOUND_MISSING, RECORDED, STILL_MISSING, SETTLED, NO_DECLARE };  /* a process that finds queues */

bool isThere = true;                                          /* the queue */
bool isQueued[3], isConfirming[3];                            /* messages in it; confirms on their way */
mtype job[3] = WAITING, ledger[3] = UNPUBLISHED;
bool isInWatermark[3];                                        /* stored: confirmed, under the mark that the row bears */
bool mustBeFound[3];                                          /* for the check alone */

mtype finder[2] = CONTENT;
bool isUp[2] = true;
bool loss0[3], loss1[3];                                      /* what the watermarks said when a finder stored them */
bool isConfirmedLoss[2];

#define LOSS(f, j) ((f == 0 && loss0[j]) || (f == 1 && loss1[j]))
inline recordLoss(f) {
  if :: f == 0 -> loss0[1] = isInWatermark[1]; loss0[2] = isInWatermark[2]
     :: else -> loss1[1] = isInWatermark[1]; loss1[2] = isInWatermark[2] fi
}
inline removeLoss(f) {
  if :: f == 0 -> loss0[1] = false; loss0[2] = false :: else -> loss1[1] = false; loss1[2] = false fi;
  isConfirmedLoss[f] = false
}
inline moveMark(j) {          /* the row bears another mark: nothing that was said of the old one is about it */
  ledger[j] = UNPUBLISHED; isInWatermark[j] = false; loss0[j] = false; loss1[j] = false; mustBeFound[j] = false
}

proctype Finder(byte f) {
  do
  /* A passive declare, when it connects or a delivery fails. */
  :: d_step { isUp[f] && finder[f] == CONTENT && !isThere && !isConfirmedLoss[f] -> finder[f] = FOUND_MISSING }
#if defined(DECLARES_FIRST)   /* bad: the queue is there again before anything is stored */
  :: d_step { isUp[f] && finder[f] == FOUND_MISSING -> isThere = true; finder[f] = NO_DECLARE }
  :: d_step { isUp[f] && finder[f] == NO_DECLARE -> recordLoss(f); isConfirmedLoss[f] = true; finder[f] = CONTENT }
#elif defined(LOOKS_ONCE)     /* bad: what was seen before the watermarks were stored counts */
  :: d_step { isUp[f] && finder[f] == FOUND_MISSING -> recordLoss(f); finder[f] = STILL_MISSING }
#elif defined(WATERMARKS_LAST)  /* bad: it looks twice, but stores the watermarks when it has looked */
  :: d_step { isUp[f] && finder[f] == FOUND_MISSING -> finder[f] = (isThere -> CONTENT : RECORDED) }
  :: d_step { isUp[f] && finder[f] == RECORDED -> recordLoss(f); finder[f] = STILL_MISSING }
#else
  :: d_step { isUp[f] && finder[f] == FOUND_MISSING -> recordLoss(f); finder[f] = RECORDED }
  /* It looks again: a queue that is there was declared by another, and the watermarks may count what is in it. */
  :: d_step { isUp[f] && finder[f] == RECORDED && !isThere -> finder[f] = STILL_MISSING }
  :: d_step { isUp[f] && finder[f] == RECORDED && isThere -> removeLoss(f); finder[f] = CONTENT }
#endif
  :: d_step { isUp[f] && finder[f] == STILL_MISSING ->                                                    /* settleLoss */
       isConfirmedLoss[f] = true; finder[f] = SETTLED }
  :: d_step { isUp[f] && finder[f] == SETTLED -> isThere = true; finder[f] = CONTENT }                     /* declare */
  :: d_step { isUp[f] && crashes > 0 -> crashes--; isUp[f] = false;
       if :: !isConfirmedLoss[f] -> removeLoss(f) :: else fi }  /* a loss that nobody settles is removed in time */
  :: d_step { !isUp[f] -> isUp[f] = true; finder[f] = CONTENT }

  /* Whoever reconciles: requeueLost, row by row. */
  :: d_step { isConfirmedLoss[f] && LOSS(f, 1) ->
       if :: job[1] == WAITING -> assert(!isQueued[1]) :: else fi; moveMark(1) }
  :: d_step { isConfirmedLoss[f] && LOSS(f, 2) ->
       if :: job[2] == WAITING -> assert(!isQueued[2]) :: else fi; moveMark(2) }
  :: d_step { isConfirmedLoss[f] && !LOSS(f, 1) && !LOSS(f, 2) && finder[f] != SETTLED -> isConfirmedLoss[f] = false }
  od
}

#define WORLD(j) \
  :: d_step { ledger[j] == UNPUBLISHED && job[j] == WAITING && isThere -> ledger[j] = ON_WIRE; isQueued[j] = true; \
       isConfirming[j] = true }                               /* without the queue it is returned, and tried again */ \
  :: d_step { isConfirming[j] -> isConfirming[j] = false; \
       if :: ledger[j] == ON_WIRE -> ledger[j] = CONFIRMED :: else fi } \
  :: d_step { ledger[j] == CONFIRMED && !isInWatermark[j] -> isInWatermark[j] = true }  /* saveWatermark */ \
  :: d_step { isThere && isQueued[j] -> isQueued[j] = false; job[j] = CLAIMED }

proctype World() {
  do
  WORLD(1)
  WORLD(2)
  :: d_step { losses > 0 && isThere -> losses--; isThere = false;
#if LOSSES == 1                /* a queue that goes again between two looks of one finder is left to the probe */
       mustBeFound[1] = isQueued[1] && isInWatermark[1]; mustBeFound[2] = isQueued[2] && isInWatermark[2];
#endif
       isQueued[1] = false; isQueued[2] = false }
  od
}

init { atomic { run Finder(0); run Finder(1); run World() } }

WHEN_ALL_IS_QUIET(isThere && !mustBeFound[1] && !mustBeFound[2])
