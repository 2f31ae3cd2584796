/* faults.pml - how often each fault may happen in a run; every model includes it.
 *
 * A fault is a step like any other, with a budget. The budgets of a run are set on the command line (-DCRASHES=1);
 * what is not set never happens. PROTOCOL.md section 3 lists the faults.
 */
#ifndef CRASHES               /* a process is killed */
#define CRASHES 0
#endif
#ifndef CUTS                  /* a connection to the broker is lost */
#define CUTS 0
#endif
#ifndef STORAGE_CUTS          /* a session of the database is lost */
#define STORAGE_CUTS 0
#endif
#ifndef RESTARTS              /* the broker or the database is restarted: everybody's connection is lost */
#define RESTARTS 0
#endif
#ifndef LOST_ANSWERS          /* a statement's answer is lost: it was done, or will be done later */
#define LOST_ANSWERS 0
#endif
#ifndef EXPIRIES              /* a living server's lease runs out: it was paused, or cut off */
#define EXPIRIES 0
#endif
#ifndef DUPLICATES            /* a message is there twice */
#define DUPLICATES 0
#endif
#ifndef LOSSES                /* the broker loses messages it has confirmed */
#define LOSSES 0
#endif
#ifndef GIVE_BACKS            /* a consumer gives a delivery back, or sends it on */
#define GIVE_BACKS 0
#endif
#ifndef HURRIES               /* a consumer joins a round while something it has given back is on its way */
#define HURRIES 0
#endif
#ifndef DATABASE_CRASHES      /* the database loses what was not committed synchronously */
#define DATABASE_CRASHES 0
#endif
#ifndef DELETES               /* somebody deletes a job */
#define DELETES 0
#endif
#ifndef RETRIES               /* a run fails and is to be tried again */
#define RETRIES 0
#endif
#ifndef PUT_BACKS             /* a server that shuts down puts a run back */
#define PUT_BACKS 0
#endif
byte crashes = CRASHES, cuts = CUTS, storageCuts = STORAGE_CUTS, lostAnswers = LOST_ANSWERS, expiries = EXPIRIES,
     duplicates = DUPLICATES, losses = LOSSES, giveBacks = GIVE_BACKS, databaseCrashes = DATABASE_CRASHES,
     deletes = DELETES, restarts = RESTARTS, retries = RETRIES, putBacks = PUT_BACKS, hurries = HURRIES;

inline noMoreFaults() {
  crashes = 0; cuts = 0; storageCuts = 0; lostAnswers = 0; expiries = 0; duplicates = 0; losses = 0; giveBacks = 0;
  databaseCrashes = 0; deletes = 0; retries = 0; putBacks = 0;
  restarts = 0; hurries = 0
}

/* Failures may stop at any moment. From then on, when no step is left that anybody could make, all must be well: a job
 * that is in nobody's hand would never end (I7, and the liveness of section 5). */
#define WHEN_ALL_IS_QUIET(condition) \
  active proctype FailuresStop() { d_step { noMoreFaults() }; timeout -> assert(condition) }
