// What the parts of the shim share.
#pragma once

#include "CRabbitMQ.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The broker's own default. A larger one would let hostile header tables recurse deeper while they are decoded.
#define FRAME_MAX 131072
#define CHANNEL_MAX 2047
#define FRAME_HEADER 7
#define INPUT_SIZE 131072

struct rabbit_connection {
  // The library's connection, used as a decoder only: it has no socket.
  amqp_connection_state_t decoder;
  int descriptor;
  // Null without TLS.
  SSL *tls;
  int frame_max;
  int channel_max;
  int heartbeat;
  // Bytes that have arrived and are not decoded yet.
  uint8_t *input;
  size_t input_start;
  size_t input_end;
  // Whether the socket had no more to give when it was read last.
  bool is_drained;
  // Whether the broker has said anything.
  bool is_greeted;
  // Why reading or writing failed.
  char error[256];
};

// MARK: Failures

void rabbit_fail(rabbit_failure *failure, rabbit_stage stage, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// MARK: Waiting, while connecting only

int64_t milliseconds_now(void);

/// Waits for a descriptor: 0, ETIMEDOUT, or another error number.
int wait_ready(int descriptor, short events, int64_t deadline);

// MARK: Transport

/// Notes why reading or writing failed.
void transport_fail(rabbit_connection *connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Without blocking: the number of bytes, 0 if there are none now, -1 if the connection has failed or ended.
ptrdiff_t transport_receive(rabbit_connection *connection, uint8_t *bytes, size_t capacity);
ptrdiff_t transport_send(rabbit_connection *connection, const uint8_t *bytes, size_t count);

// MARK: TLS

/// Shakes hands over a connected socket. Blocks until the deadline at most.
bool tls_start(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
               rabbit_failure *failure);
ptrdiff_t tls_receive(rabbit_connection *connection, uint8_t *bytes, size_t capacity);
ptrdiff_t tls_send(rabbit_connection *connection, const uint8_t *bytes, size_t count);

// MARK: Frames

/// Logs in over a connected socket. Blocks until the deadline at most.
bool log_in(rabbit_connection *connection, const rabbit_options *options, int64_t deadline, rabbit_failure *failure);

/// Takes the next frame as rabbit_read_frame does, in the library's form; heartbeats are given too.
int next_frame(rabbit_connection *connection, amqp_frame_t *frame);
