#define _GNU_SOURCE
#include "internal.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// Returns 0 or the error number; ETIMEDOUT when the time is over.
static int wait_connected(int descriptor, int64_t deadline) {
  int error = wait_ready(descriptor, POLLOUT, deadline);
  if (error != 0) return error;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// Returns a non-blocking socket, or -1 with errno set.
static int connect_address(const struct addrinfo *address, int64_t deadline) {
  const int descriptor =
      socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
  if (descriptor < 0) return -1;
  const int on = 1;
  int error = 0;
  if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) != 0) {
    error = errno;
  } else if (connect(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
    error = errno == EINPROGRESS ? wait_connected(descriptor, deadline) : errno;
  }
  if (error == 0) return descriptor;
  close(descriptor);
  errno = error;
  return -1;
}

// The library connects too, but gives up at the first address that times out, and keeps the reason to itself.
static int connect_host(const rabbit_options *options, int64_t deadline, rabbit_failure *failure) {
  char port[8];
  snprintf(port, sizeof port, "%u", (unsigned)options->port);
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
  struct addrinfo *addresses = NULL;
  const int unresolved = getaddrinfo(options->host, port, &hints, &addresses);
  if (unresolved != 0) {
    rabbit_fail(failure, RABBIT_STAGE_RESOLVE, "%s", gai_strerror(unresolved));
    return -1;
  }
  int count = 0;
  for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next) count += 1;
  int descriptor = -1;
  int error = ETIMEDOUT;
  for (const struct addrinfo *address = addresses; address != NULL && descriptor < 0; address = address->ai_next) {
    const int64_t now = milliseconds_now();
    if (deadline <= now) break;
    // An address that swallows everything must not use up the time of those behind it.
    descriptor = connect_address(address, now + (deadline - now) / count);
    if (descriptor < 0) error = errno;
    count -= 1;
  }
  freeaddrinfo(addresses);
  char text[128];
  if (descriptor < 0) rabbit_fail(failure, RABBIT_STAGE_CONNECT, "%s", strerror_r(error, text, sizeof text));
  return descriptor;
}

rabbit_connection *rabbit_connect(const rabbit_options *options, rabbit_failure *failure) {
  memset(failure, 0, sizeof *failure);
  const int64_t deadline = milliseconds_now() + options->timeout_milliseconds;
  rabbit_connection *connection = calloc(1, sizeof *connection);
  if (connection != NULL) {
    connection->descriptor = -1;
    connection->input = malloc(INPUT_SIZE);
    connection->decoder = amqp_new_connection();
  }
  if (connection == NULL || connection->input == NULL || connection->decoder == NULL) {
    if (connection != NULL) rabbit_destroy(connection);
    rabbit_fail(failure, RABBIT_STAGE_CONNECT, "out of memory");
    return NULL;
  }
  connection->descriptor = connect_host(options, deadline, failure);
  if (connection->descriptor < 0 ||
      (options->uses_tls && !tls_start(connection, options, deadline, failure)) ||
      !log_in(connection, options, deadline, failure)) {
    rabbit_destroy(connection);
    return NULL;
  }
  return connection;
}

void rabbit_destroy(rabbit_connection *connection) {
  // Without a goodbye of TLS: AMQP's own has been said, or there is nobody left to hear it.
  SSL_free(connection->tls);
  if (connection->descriptor >= 0) close(connection->descriptor);
  amqp_destroy_connection(connection->decoder);
  free(connection->input);
  free(connection);
}

int rabbit_descriptor(const rabbit_connection *connection) {
  return connection->descriptor;
}

int rabbit_frame_max(const rabbit_connection *connection) {
  return connection->frame_max;
}

int rabbit_channel_max(const rabbit_connection *connection) {
  return connection->channel_max;
}

int rabbit_heartbeat(const rabbit_connection *connection) {
  return connection->heartbeat;
}
