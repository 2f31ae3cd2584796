// What the loop needs from the system and Swift's Glibc module does not offer: eventfd, ppoll, thread names and a
// thread-local variable.
#pragma once

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/// A new non-blocking eventfd, closed on exec; -1 with errno set when there is none to be had.
int cpoll_eventfd(void);

/// Makes a poll on the eventfd return. Never blocks.
void cpoll_eventfd_signal(int descriptor);

/// Takes back every signal given so far. Never blocks.
void cpoll_eventfd_reset(int descriptor);

/// ppoll with a timeout in nanoseconds; a negative timeout waits without limit.
int cpoll_wait(struct pollfd *descriptors, size_t count, int64_t timeout_nanoseconds);

/// Starts a detached thread with all signals blocked, so that the process's handlers run elsewhere.
/// The name is cut to the kernel's 15 bytes; a stack size of 0 means the system's default.
/// Returns 0 or the error number.
int cpoll_start_thread(const char *name, size_t stack_size, void (*body)(void *), void *context);

/// Marks the calling thread as the one that runs this loop.
void cpoll_set_current_loop(const void *loop);

/// The loop that the calling thread runs, or null.
const void *cpoll_current_loop(void);
