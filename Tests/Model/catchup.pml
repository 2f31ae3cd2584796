/* catchup.pml - liveness of a round under load that never ends: every consumer session passes.
 *
 * A consumer with a look-ahead of two. PROTOCOL.md section 4: "settled all it had received by then": by the end of its
 * round trip (catchUp), not "holds nothing", which need never be true.
 *
 * Checked under weak fairness: `<> hasPassed`. Bad design: PASS_WHEN_EMPTY.
 */
byte buffer = 2, owes;
bool hasPassed;

active proctype Broker() { do :: d_step { buffer < 2 -> buffer++ } od }

active proctype Consumer() {
  do :: d_step { buffer > 0 -> buffer--; if :: owes > 0 -> owes-- :: else fi } od
}

active proctype Round() {
  d_step { owes = buffer };             /* catchUp */
#ifdef PASS_WHEN_EMPTY                  /* bad */
  buffer == 0;
#else
  owes == 0;
#endif
  hasPassed = true                      /* pass */
}

ltl passed { <> hasPassed }
