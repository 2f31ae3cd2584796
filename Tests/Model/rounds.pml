/* rounds.pml - a part of probe.pml: the reconciler's side of a round. */

/* Some row has waited for longer than T. Once failures have stopped, rounds are counted, so none is opened then for
 * what is not lost, or found already. */
#define HAS_WAITED(j) (job[j] == WAITING && mark[j] == CONFIRMED && \
  (!haveFailuresStopped || (IS_ABSENT(j) && !isLost[j])))
#define NEEDS_ROUND (HAS_WAITED(1) || HAS_WAITED(2))
#define ANY_OPEN (isOpen[0] || isOpen[1] || isOpen[2])
#define HAS_JOINED(c) (!isOpen[c] || hasJoined[c])
#define HAVE_JOINED (HAS_JOINED(0) && HAS_JOINED(1) && HAS_JOINED(2))
#ifdef LATE_NEED_NOT_PASS     /* bad: only the sessions stored with the round must pass */
#define HAS_PASSED(c) (!isOpen[c] || hasPassed[c] || isLate[c])
#else
#define HAS_PASSED(c) (!isOpen[c] || hasPassed[c])
#endif
#define HAVE_PASSED (HAS_PASSED(0) && HAS_PASSED(1) && HAS_PASSED(2))

/* (1) wait 3 heartbeats after the last end of a session: the broker has noticed by then what SQL knows. */
#ifdef NO_QUIET               /* bad: the round begins at once */
#define IS_QUIET(c) true
#else
#define IS_QUIET(c) (!IS_HELD(c) || (!isUp[c] && isOpen[c]) || (isUp[c] && !isConnected[c]))
#endif

inline storeWatermarks() {
  isStored[1] = (mark[1] == CONFIRMED && job[1] == WAITING); isStored[2] = (mark[2] == CONFIRMED && job[2] == WAITING)
}
inline conclude() {
#ifdef WATERMARK_LATE         /* bad: what is confirmed is read when the round ends, not before the probe goes out */
  storeWatermarks();
#endif
  isLost[1] = isLost[1] || isStored[1]; isLost[2] = isLost[2] || isStored[2]; closeRound()
}

/* A row that is still enqueued, under the mark that a concluded round names, is published again, under another (I6). */
#define REQUEUE_LOST(j) \
  :: d_step { isLost[j] && len(queue) < 7 -> isLost[j] = false; \
       if :: job[j] == WAITING -> assert(IS_ABSENT(j)); isStored[j] = false; mark[j] = UNPUBLISHED :: else fi }

proctype Reconciler() {
  do
#ifdef DEPTH_ZERO             /* bad: a queue that a passive declare finds empty holds no message */
  :: d_step { mark[1] == CONFIRMED && job[1] == WAITING && len(queue) == 0 && rounds > 0 -> rounds--; isLost[1] = true }
#else
  /* (2) openProbe. */
  :: d_step { phase == NO_ROUND && rounds > 0 && NEEDS_ROUND && ANY_OPEN && IS_QUIET(0) && IS_QUIET(1) && IS_QUIET(2) ->
       rounds--; number++; storeWatermarks(); phase = JOINING }
  /* (3) once all have joined, whoever was last publishes; (4), (5) noteReturn, catchUp and pass are the consumers'. */
  :: d_step { phase == JOINING && (HAVE_JOINED || IS_PUBLISHED_EARLY) && !isEnded -> phase = PUBLISHED }
  :: d_step { phase == PUBLISHED && !isSent && len(queue) < 8 -> isSent = true; queue!PROBE(number) }
#ifdef PROBE_ALONE            /* bad: it is enough that the probe came back */
  :: d_step { phase == RETURNED -> conclude() }
#else
  /* (6) every open session has passed, and none has ended since (2). */
  :: d_step { phase == RETURNED && HAVE_PASSED && !isEnded && ANY_OPEN -> conclude() }
#endif
  /* voidProbe; a probe that does not come back is given up, lost or not, and a later one has another number. */
  :: d_step { phase != NO_ROUND && (isEnded || isVoid[0] || isVoid[1] || isVoid[2]) -> closeRound() }
  :: d_step { phase == PUBLISHED && isSent && IS_ABSENT(PROBE(number)) -> closeRound() }
  :: d_step { phase == PUBLISHED && expiries > 0 -> expiries--; closeRound() }
#endif
  REQUEUE_LOST(1)
  REQUEUE_LOST(2)
  od
}
