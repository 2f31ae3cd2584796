#define _GNU_SOURCE
#include "CPollExecutor.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static _Thread_local const void *current_loop;

typedef struct {
  char name[16];
  void (*body)(void *);
  void *context;
} thread_start;

int cpoll_eventfd(void) {
  return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void cpoll_eventfd_signal(int descriptor) {
  const uint64_t one = 1;
  // EAGAIN means that the counter is full, that is, that the signal is already there.
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void cpoll_eventfd_reset(int descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

int cpoll_wait(struct pollfd *descriptors, size_t count, int64_t timeout_nanoseconds) {
  if (timeout_nanoseconds < 0) return ppoll(descriptors, count, NULL, NULL);
  const struct timespec timeout = {
      .tv_sec = timeout_nanoseconds / 1000000000,
      .tv_nsec = timeout_nanoseconds % 1000000000,
  };
  return ppoll(descriptors, count, &timeout, NULL);
}

static void *run_thread(void *argument) {
  thread_start start = *(thread_start *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), start.name);
  start.body(start.context);
  return NULL;
}

int cpoll_start_thread(const char *name, size_t stack_size, void (*body)(void *), void *context) {
  thread_start *start = malloc(sizeof *start);
  if (start == NULL) return ENOMEM;
  strncpy(start->name, name, sizeof start->name - 1);
  start->name[sizeof start->name - 1] = 0;
  start->body = body;
  start->context = context;

  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) {
    free(start);
    return error;
  }
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (stack_size > 0) error = pthread_attr_setstacksize(&attributes, stack_size);

  // A thread inherits the mask of its creator.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  if (error == 0) error = pthread_create(&thread, &attributes, run_thread, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);

  pthread_attr_destroy(&attributes);
  if (error != 0) free(start);
  return error;
}

void cpoll_set_current_loop(const void *loop) {
  current_loop = loop;
}

const void *cpoll_current_loop(void) {
  return current_loop;
}
