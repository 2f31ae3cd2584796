/* probe.pml - the rounds that find lost messages: PROTOCOL.md section 4, "lost"; ProbeStorage, ProbeRound.
 *
 * Two jobs, one queue that keeps an order, two consumer sessions and one that comes late, one probe a round. A
 * delivery is on the wire first, then in the consumer's buffer; what is given back, or is left by a session that
 * ended, is on its way to the broker for a while and then at the front or the back of the queue, nobody knows which.
 * The claim is one step (claim.pml), the publish is certain (publish.pml), and watermarks are stored at once: one that
 * lags names fewer jobs.
 *
 * Checked: I6 (in requeueLost: a job is only published again when no copy is left anywhere), I7 and liveness (at the
 * end: while a consumer lives, every job is claimed, the lost ones too).
 *
 * Bad designs, each a switch: see README.md.
 */
#include "faults.pml"
#ifndef ROUNDS                /* rounds until failures stop; after that there are as many as it takes */
#define ROUNDS 1
#endif
#define SETTLED_ROUNDS (2 + CRASHES + CUTS + GIVE_BACKS + HURRIES)  /* one a job; one void a fault not known yet */
#ifndef CONSUMERS
#define CONSUMERS 3
#endif
#define C 3
#define NOTHING 0
#define ARRIVED 9             /* the copy's confirm is on its way; then the original is acknowledged */
#define PROBE(n) (10 + (n))
#define IS_PROBE(m) ((m) >= 10)

mtype = { WAITING, CLAIMED };                                 /* a job */
mtype = { UNPUBLISHED, UNCONFIRMED, CONFIRMED };              /* its mark, by the stored watermark */
mtype = { NO_ROUND, JOINING, PUBLISHED, RETURNED };           /* ProbeRound.Phase */

chan queue = [9] of { byte };                                 /* 1, 2: a job's message; 10 and more: a probe */
mtype job[3] = WAITING, mark[3] = UNPUBLISHED;
bool isStored[3];                                             /* confirmed when the round was opened */
bool isLost[3];                                               /* a concluded round says so */

/* A consumer session. */
bool isUp[C], isConnected[C];                                 /* the process; its channel */
bool isOpen[C];                                               /* registered in SQL, and not ended there */
byte wire[C], buffer[C], givenBack[C];
byte sentOn[C];                                               /* a copy of what is in the buffer, on another channel */
byte held[3 * C];                                             /* unsettled when its channel went; the broker is slow */
bool hasJoined[C], hasPassed[C], isVoid[C];                   /* isVoid: gave back or sent on since it joined */
byte owes[C];                                                 /* received when it caught up, and not settled yet */
bool isCaughtUp[C];
bool hasBeenOpen;                                             /* the late one */

/* The round. */
mtype phase = NO_ROUND;
byte number, rounds = ROUNDS; bool haveFailuresStopped;
bool isSent;                                                  /* the probe is on its way */
bool isEnded;                                                 /* a session ended since it was opened */
bool isLate[C];                                               /* registered after it was opened */
hidden byte m, i;

#define HOLDS(c, j) (wire[c] == j || buffer[c] == j || givenBack[c] == j || sentOn[c] == j || \
  held[3 * (c)] == j || held[3 * (c) + 1] == j || held[3 * (c) + 2] == j)
#define IS_ABSENT(j) (!queue??[eval(j)] && !HOLDS(0, j) && !HOLDS(1, j) && !HOLDS(2, j))
#define IS_HELD(c) (held[3 * (c)] != NOTHING || held[3 * (c) + 1] != NOTHING || held[3 * (c) + 2] != NOTHING)

#ifdef LATE_JOINS             /* bad: one that comes late joins when it hears of the round, and forgets the past */
#define LATE_HAS_JOINED false
#define MAY_JOIN(c) (phase != NO_ROUND)
#else
#define LATE_HAS_JOINED (phase == PUBLISHED || phase == RETURNED)
#define MAY_JOIN(c) (phase == JOINING || (IS_PUBLISHED_EARLY && phase != NO_ROUND))
#endif
#ifdef PUBLISH_BEFORE_JOINED  /* bad: the probe is published at once */
#define IS_PUBLISHED_EARLY true
#else
#define IS_PUBLISHED_EARLY false
#endif
#ifdef JOIN_WITHOUT_ROUND_TRIP  /* bad: what it has given back may still be on its way when the probe is published */
#define HAS_FLUSHED(c) true
#else
#define HAS_FLUSHED(c) (givenBack[c] == NOTHING)
#endif
#ifdef RESTLESS_PASSES        /* bad: one that joined without a quiet moment passes like the others */
#define RESTLESS_IS_VOID false
#else
#define RESTLESS_IS_VOID true
#endif
#ifdef SEND_ON_COUNTED_AT_START /* bad: one that joins in between counts nothing; the copy may be behind the probe */
#define COUNTED_AT_START(c) hasJoined[c]
#define COUNTED_AT_END(c) isVoid[c]
#else
#define COUNTED_AT_START(c) isVoid[c]
#define COUNTED_AT_END(c) hasJoined[c]
#endif
#ifdef PASS_WITHOUT_ROUND_TRIP  /* bad: what the broker has sent may still be on the wire */
#define RECEIVED(c) (buffer[c] != NOTHING)
#else
#define RECEIVED(c) ((buffer[c] != NOTHING) + (wire[c] != NOTHING))
#endif

inline toBack(message) { if :: message != NOTHING -> queue!message; message = NOTHING :: else fi }
inline toFront(message) {
  if
  :: message != NOTHING -> queue!message; message = NOTHING; i = len(queue) - 1;
       do :: i > 0 -> queue?m; queue!m; i-- :: else -> break od; m = 0
  :: else
  fi
}
inline settle(c) { buffer[c] = NOTHING; if :: owes[c] > 0 -> owes[c]-- :: else fi }
inline leaveRound(c) {
  hasJoined[c] = false; hasPassed[c] = false; isVoid[c] = false; owes[c] = 0; isCaughtUp[c] = false; isLate[c] = false
}
inline closeRound() {
  phase = NO_ROUND; isEnded = false; isSent = false; isStored[1] = false; isStored[2] = false;
  leaveRound(0); leaveRound(1); leaveRound(2)
}
inline loseChannel(c) {
  isConnected[c] = false; held[3 * (c)] = buffer[c]; held[3 * (c) + 1] = wire[c]; held[3 * (c) + 2] = givenBack[c];
  if :: sentOn[c] != NOTHING && sentOn[c] != ARRIVED -> held[3 * (c) + 2] = sentOn[c] :: else fi;
  buffer[c] = NOTHING; wire[c] = NOTHING; givenBack[c] = NOTHING; sentOn[c] = NOTHING;
  isCaughtUp[c] = false; owes[c] = 0
}
inline endSession(c) {        /* in SQL: with the certificate, or replaced by the next */
  isOpen[c] = false;
#if defined(END_DOES_NOT_VOID)
  skip;                       /* bad: the round goes on */
#elif defined(LATE_END_DOES_NOT_VOID)
  isEnded = isEnded || (phase != NO_ROUND && !isLate[c]);     /* bad: only the ends of sessions stored with it count */
#else
  isEnded = isEnded || phase != NO_ROUND;
#endif
  leaveRound(c)
}
inline openConsumer(c) {      /* before it consumes; one that comes after the probe has counted from the first */
  isOpen[c] = true; isLate[c] = phase != NO_ROUND; hasJoined[c] = LATE_HAS_JOINED
}
#define MAY_GIVE_BACK(c) (isUp[c] && giveBacks > 0 && buffer[c] != NOTHING && !IS_PROBE(buffer[c]) && \
  givenBack[c] == NOTHING && sentOn[c] == NOTHING)
#define REQUEUE(c, place) \
  :: d_step { givenBack[c] != NOTHING -> place(givenBack[c]) } \
  :: d_step { IS_HELD(c) -> place(held[3 * (c)]); place(held[3 * (c) + 1]); place(held[3 * (c) + 2]) }

proctype Consumer(byte c) {
  do
  /* Deliveries: to the wire, to the buffer, claimed or dropped, a probe noted and acknowledged. */
  :: d_step { isUp[c] && isConnected[c] && wire[c] == NOTHING && len(queue) > 0 -> queue?m; wire[c] = m; m = 0 }
  :: d_step { isUp[c] && wire[c] != NOTHING && buffer[c] == NOTHING -> buffer[c] = wire[c]; wire[c] = NOTHING }
  :: d_step { isUp[c] && buffer[c] != NOTHING && !IS_PROBE(buffer[c]) && sentOn[c] == NOTHING ->
       job[buffer[c]] = CLAIMED; settle(c) }
  :: d_step { isUp[c] && IS_PROBE(buffer[c]) ->                                             /* noteReturn */
       if :: buffer[c] == PROBE(number) && phase == PUBLISHED -> phase = RETURNED :: else fi; settle(c) }
  :: d_step { MAY_GIVE_BACK(c) -> giveBacks--; givenBack[c] = buffer[c]; isVoid[c] = hasJoined[c]; settle(c) }
  /* Sent on out of a bundle (UnbundlingProcess): published anew, and acknowledged once that is confirmed. */
  :: d_step { MAY_GIVE_BACK(c) -> giveBacks--; sentOn[c] = buffer[c]; isVoid[c] = COUNTED_AT_START(c) }
  :: d_step { sentOn[c] != NOTHING && sentOn[c] != ARRIVED && len(queue) < 8 -> queue!sentOn[c]; sentOn[c] = ARRIVED }
  :: d_step { sentOn[c] == ARRIVED -> sentOn[c] = NOTHING; isVoid[c] = COUNTED_AT_END(c); settle(c) }
  REQUEUE(c, toBack)
#ifndef ONLY_TO_BACK
  REQUEUE(c, toFront)
#endif

  /* Its part in a round: join; catchUp; pass. */
  :: d_step { isUp[c] && isConnected[c] && isOpen[c] && MAY_JOIN(c) && !hasJoined[c] && HAS_FLUSHED(c) ->
       hasJoined[c] = true; isVoid[c] = false }
  /* Where it finds no quiet moment for that, it joins without one, and never passes. */
  :: d_step { isUp[c] && isConnected[c] && isOpen[c] && phase == JOINING && !hasJoined[c] && !HAS_FLUSHED(c) &&
       hurries > 0 -> hurries--; hasJoined[c] = true; isVoid[c] = RESTLESS_IS_VOID }
  :: d_step { isUp[c] && isConnected[c] && isOpen[c] && phase == RETURNED && hasJoined[c] && !isCaughtUp[c] ->
       isCaughtUp[c] = true; owes[c] = RECEIVED(c) }
  :: d_step { isCaughtUp[c] && owes[c] == 0 && !hasPassed[c] && !isVoid[c] -> hasPassed[c] = true }

  /* Its life. */
  :: d_step { isUp[c] && crashes > 0 && !IS_HELD(c) -> crashes--; isUp[c] = false; loseChannel(c) }
  :: d_step { isUp[c] && isConnected[c] && cuts > 0 && !IS_HELD(c) -> cuts--; loseChannel(c) }
  :: d_step { isUp[c] && !isConnected[c] -> endSession(c); openConsumer(c); isConnected[c] = true }
  :: d_step { !isUp[c] && isOpen[c] -> endSession(c) }                                       /* its certificate */
#ifdef CONSUME_BEFORE_OPENED  /* bad: a session that comes late is registered when it has consumed already */
  :: d_step { c == 2 && !hasBeenOpen -> hasBeenOpen = true; isUp[c] = true; isConnected[c] = true }
  :: d_step { c == 2 && isUp[c] && isConnected[c] && !isOpen[c] -> openConsumer(c) }
#else
  :: d_step { c == 2 && !hasBeenOpen -> hasBeenOpen = true; isUp[c] = true; openConsumer(c); isConnected[c] = true }
#endif
  od
}

proctype Broker() {
  do
  :: d_step { job[1] == WAITING && mark[1] == UNPUBLISHED && len(queue) < 7 -> mark[1] = UNCONFIRMED; queue!1 }
  :: d_step { job[2] == WAITING && mark[2] == UNPUBLISHED && len(queue) < 7 -> mark[2] = UNCONFIRMED; queue!2 }
  :: d_step { mark[1] == UNCONFIRMED -> mark[1] = CONFIRMED }
  :: d_step { mark[2] == UNCONFIRMED -> mark[2] = CONFIRMED }
  :: d_step { duplicates > 0 && mark[1] == UNCONFIRMED && len(queue) < 7 -> duplicates--; queue!1 }
  :: d_step { losses > 0 && len(queue) > 0 -> losses--; do :: len(queue) > 0 -> queue?m :: else -> break od; m = 0 }
  :: d_step { losses > 0 && len(queue) > 1 -> losses--; queue?m; m = 0 }
  od
}

#include "rounds.pml"

init {
  d_step {
    isUp[0] = true; isConnected[0] = true; isOpen[0] = true;
    isUp[1] = true; isConnected[1] = true; isOpen[1] = true
  }
  atomic {
    run Consumer(0); run Consumer(1); run Broker(); run Reconciler();
    if :: CONSUMERS == 3 -> run Consumer(2) :: else fi
  }
}

active proctype FailuresStop() {
  d_step { noMoreFaults(); haveFailuresStopped = true; rounds = SETTLED_ROUNDS };
  timeout -> assert((job[1] == CLAIMED && job[2] == CLAIMED) || (!isUp[0] && !isUp[1] && !isUp[2]))
}
