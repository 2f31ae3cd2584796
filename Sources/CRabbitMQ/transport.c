#define _GNU_SOURCE
#include "internal.h"

#include <poll.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <time.h>

void rabbit_fail(rabbit_failure *failure, rabbit_stage stage, const char *format, ...) {
  failure->stage = stage;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure->text, sizeof failure->text, format, arguments);
  va_end(arguments);
}

int64_t milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wait_ready(int descriptor, short events, int64_t deadline) {
  struct pollfd waiting = {.fd = descriptor, .events = events};
  for (;;) {
    const int64_t left = deadline - milliseconds_now();
    if (left <= 0) return ETIMEDOUT;
    const int ready = poll(&waiting, 1, (int)left);
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

void transport_fail(rabbit_connection *connection, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(connection->error, sizeof connection->error, format, arguments);
  va_end(arguments);
}

static ptrdiff_t fail_by_number(rabbit_connection *connection, int error) {
  char text[128];
  transport_fail(connection, "%s", strerror_r(error, text, sizeof text));
  return -1;
}

ptrdiff_t transport_receive(rabbit_connection *connection, uint8_t *bytes, size_t capacity) {
  if (connection->tls != NULL) return tls_receive(connection, bytes, capacity);
  for (;;) {
    const ssize_t received = recv(connection->descriptor, bytes, capacity, MSG_DONTWAIT);
    if (received > 0) return received;
    if (received == 0) {
      transport_fail(connection, "the broker closed the connection");
      return -1;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return fail_by_number(connection, errno);
  }
}

ptrdiff_t transport_send(rabbit_connection *connection, const uint8_t *bytes, size_t count) {
  if (connection->tls != NULL) return tls_send(connection, bytes, count);
  for (;;) {
    const ssize_t sent = send(connection->descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return fail_by_number(connection, errno);
  }
}

ptrdiff_t rabbit_send(rabbit_connection *connection, const uint8_t *bytes, size_t count) {
  return transport_send(connection, bytes, count);
}

const char *rabbit_error_text(const rabbit_connection *connection) {
  return connection->error;
}
