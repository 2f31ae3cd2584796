/* republish.pml - liveness while a consumer lives: a job that is published again and again is claimed all the same.
 *
 * A reconciler that may be wrong at any time republishes while messages wait; the consumer takes one message a turn.
 * PROTOCOL.md section 4: "Republish the same generation: the first copy wins."
 *
 * Checked under weak fairness: `<> isClaimed`. Bad design: NEW_GENERATION.
 */
chan queue = [4] of { byte };           /* generations */
byte generation = 1, delivered;
bool isClaimed;

active proctype Reconciler() {
  do
  :: d_step { !isClaimed && len(queue) < 3 ->
#ifdef NEW_GENERATION                   /* bad: each republish makes what waits stale */
       generation = (generation + 1) % 8;
#endif
       queue!generation }
  :: isClaimed -> break
  od
}

active proctype Consumer() {
  d_step { queue!1 };
  do
  :: d_step { queue?delivered ->
       if :: delivered == generation && !isClaimed -> isClaimed = true :: else fi; delivered = 0 }
  :: isClaimed && empty(queue) -> break
  od
}

ltl claimed { <> isClaimed }
