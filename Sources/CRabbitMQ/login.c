#define _GNU_SOURCE
#include "internal.h"

#include <poll.h>

// The library can log in, too, but only over a socket of its own, and it tells little of what went wrong.

#define LOGIN_FRAME_MAX 4096

static bool fail_login(rabbit_connection *connection, rabbit_failure *failure) {
  if (connection->tls != NULL && !connection->is_greeted) {
    // In TLS 1.3 a broker judges this side's certificate only after the handshake has succeeded here, and its verdict may
    // be overtaken by the end of the connection.
    rabbit_fail(failure, RABBIT_STAGE_TLS, "%s; the broker wants a certificate, or another one, or speaks no AMQP here",
                connection->error);
  } else {
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "%s", connection->error);
  }
  return false;
}

static bool wait_or_fail(const rabbit_connection *connection, short events, int64_t deadline,
                         rabbit_failure *failure) {
  const int error = wait_ready(connection->descriptor, events, deadline);
  if (error == 0) return true;
  char text[128];
  rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "%s",
              error == ETIMEDOUT ? "the broker did not answer in time" : strerror_r(error, text, sizeof text));
  return false;
}

static bool send_all(rabbit_connection *connection, const uint8_t *bytes, size_t count, int64_t deadline,
                     rabbit_failure *failure) {
  while (count > 0) {
    const ptrdiff_t sent = transport_send(connection, bytes, count);
    if (sent < 0) return fail_login(connection, failure);
    bytes += sent;
    count -= (size_t)sent;
    if (count > 0 && !wait_or_fail(connection, POLLOUT, deadline, failure)) return false;
  }
  return true;
}

static bool send_method(rabbit_connection *connection, uint32_t method, void *decoded, int64_t deadline,
                        rabbit_failure *failure) {
  uint8_t frame[LOGIN_FRAME_MAX];
  const ptrdiff_t size = rabbit_encode_method(frame, sizeof frame, 0, method, decoded);
  if (size < 0) {
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "user, password or names are too long");
    return false;
  }
  const bool is_sent = send_all(connection, frame, (size_t)size, deadline, failure);
  // It may hold the password.
  explicit_bzero(frame, sizeof frame);
  return is_sent;
}

static void copy_text(char *output, size_t capacity, amqp_bytes_t text) {
  const size_t length = text.len < capacity - 1 ? text.len : capacity - 1;
  if (length > 0) memcpy(output, text.bytes, length);
  output[length] = 0;
}

// Waits for one method, and says why if the broker closes the connection instead.
static const void *await_method(rabbit_connection *connection, amqp_method_number_t expected, int64_t deadline,
                                rabbit_failure *failure) {
  amqp_maybe_release_buffers(connection->decoder);
  for (;;) {
    amqp_frame_t frame;
    const int status = next_frame(connection, &frame);
    if (status < 0) {
      fail_login(connection, failure);
      return NULL;
    }
    if (status == 0) {
      if (!wait_or_fail(connection, POLLIN, deadline, failure)) return NULL;
      continue;
    }
    switch (frame.frame_type) {
      case AMQP_FRAME_HEARTBEAT:
        continue;
      // What a broker answers to a version that it does not know; the library keeps the name of this type to itself.
      case 'A':
        rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "the broker speaks another version of AMQP, or the port TLS");
        return NULL;
      case AMQP_FRAME_METHOD:
        connection->is_greeted = true;
        if (frame.channel != 0) break;
        if (frame.payload.method.id == expected) return frame.payload.method.decoded;
        if (frame.payload.method.id == AMQP_CONNECTION_CLOSE_METHOD) {
          const amqp_connection_close_t *closed = frame.payload.method.decoded;
          failure->stage = RABBIT_STAGE_REFUSED;
          failure->reply_code = closed->reply_code;
          copy_text(failure->text, sizeof failure->text, closed->reply_text);
          return NULL;
        }
        break;
    }
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "the broker sent what does not belong to a log-in");
    return NULL;
  }
}

// MARK: Who we are

static amqp_table_entry_t bool_entry(const char *key) {
  amqp_table_entry_t entry = {.key = amqp_cstring_bytes(key)};
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = 1;
  return entry;
}

static amqp_table_entry_t text_entry(const char *key, const char *text) {
  amqp_table_entry_t entry = {.key = amqp_cstring_bytes(key)};
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = amqp_cstring_bytes(text);
  return entry;
}

static bool is_offered(amqp_bytes_t mechanisms, const char *name) {
  const size_t length = strlen(name);
  const char *rest = mechanisms.bytes;
  size_t left = mechanisms.len;
  while (left > 0) {
    const char *space = memchr(rest, ' ', left);
    const size_t word = space == NULL ? left : (size_t)(space - rest);
    if (word == length && memcmp(rest, name, length) == 0) return true;
    if (space == NULL) break;
    rest += word + 1;
    left -= word + 1;
  }
  return false;
}

// PLAIN is a zero, the user, another zero and the password; EXTERNAL leaves the user to the certificate.
static amqp_bytes_t credentials(const rabbit_options *options, char *output, size_t capacity) {
  amqp_bytes_t response = {.len = 0, .bytes = output};
  if (options->authenticates_by_certificate) return response;
  const size_t user = strlen(options->user), password = strlen(options->password);
  response.len = user + password + 2;
  if (response.len > capacity) return (amqp_bytes_t){.len = capacity + 1, .bytes = NULL};
  output[0] = 0;
  memcpy(output + 1, options->user, user);
  output[user + 1] = 0;
  memcpy(output + user + 2, options->password, password);
  return response;
}

static bool introduce(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
                      rabbit_failure *failure) {
  const uint8_t protocol[] = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
  if (!send_all(connection, protocol, sizeof protocol, deadline, failure)) return false;
  const amqp_connection_start_t *start = await_method(connection, AMQP_CONNECTION_START_METHOD, deadline, failure);
  if (start == NULL) return false;
  const char *mechanism = options->authenticates_by_certificate ? "EXTERNAL" : "PLAIN";
  if (!is_offered(start->mechanisms, mechanism)) {
    char offered[128];
    copy_text(offered, sizeof offered, start->mechanisms);
    rabbit_fail(failure, RABBIT_STAGE_REFUSED, "the broker offers %s, not %s", offered, mechanism);
    return false;
  }

  // Without consumer_cancel_notify the broker drops the consumer of a deleted queue in silence; without
  // authentication_failure_close it hangs up on a wrong password without a word.
  amqp_table_entry_t capabilities[] = {bool_entry("authentication_failure_close"),
                                       bool_entry("consumer_cancel_notify"), bool_entry("connection.blocked"),
                                       bool_entry("basic.nack"), bool_entry("publisher_confirms")};
  amqp_table_entry_t entries[] = {text_entry("product", "RabbitMQClient"), text_entry("platform", "Swift"),
                                  text_entry("connection_name", options->connection_name),
                                  {.key = amqp_cstring_bytes("capabilities")}};
  amqp_table_entry_t *last = &entries[3];
  last->value.kind = AMQP_FIELD_KIND_TABLE;
  last->value.value.table.num_entries = sizeof capabilities / sizeof *capabilities;
  last->value.value.table.entries = capabilities;

  char response[LOGIN_FRAME_MAX];
  amqp_connection_start_ok_t answer = {
      .client_properties = {.num_entries = sizeof entries / sizeof *entries, .entries = entries},
      .mechanism = amqp_cstring_bytes(mechanism),
      .response = credentials(options, response, sizeof response),
      .locale = amqp_cstring_bytes("en_US"),
  };
  if (answer.response.len > sizeof response) {
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "user and password are too long");
    return false;
  }
  const bool is_sent = send_method(connection, AMQP_CONNECTION_START_OK_METHOD, &answer, deadline, failure);
  explicit_bzero(response, sizeof response);
  return is_sent;
}

// MARK: What both sides agree on

// Zero stands for no limit.
static uint32_t smaller_limit(uint32_t own, uint32_t offered) {
  return offered != 0 && offered < own ? offered : own;
}

static bool tune(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
                 rabbit_failure *failure) {
  const amqp_connection_tune_t *offer = await_method(connection, AMQP_CONNECTION_TUNE_METHOD, deadline, failure);
  if (offer == NULL) return false;
  connection->channel_max = (int)smaller_limit(CHANNEL_MAX, offer->channel_max);
  connection->frame_max = (int)smaller_limit(FRAME_MAX, offer->frame_max);
  connection->heartbeat = (int)smaller_limit(options->heartbeat, offer->heartbeat);
  if (connection->frame_max < AMQP_FRAME_MIN_SIZE) {
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "frames of %d bytes are less than AMQP allows",
                connection->frame_max);
    return false;
  }
  // The library aborts if asked in the middle of a frame; behind a whole one it is not. Its heartbeats are not wanted.
  if (!amqp_release_buffers_ok(connection->decoder) ||
      amqp_tune_connection(connection->decoder, connection->channel_max, connection->frame_max, 0) != AMQP_STATUS_OK) {
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "%s", amqp_error_string2(AMQP_STATUS_NO_MEMORY));
    return false;
  }
  amqp_connection_tune_ok_t answer = {.channel_max = (uint16_t)connection->channel_max,
                                      .frame_max = (uint32_t)connection->frame_max,
                                      .heartbeat = (uint16_t)connection->heartbeat};
  return send_method(connection, AMQP_CONNECTION_TUNE_OK_METHOD, &answer, deadline, failure);
}

static bool open_host(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
                      rabbit_failure *failure) {
  amqp_connection_open_t request = {.virtual_host = amqp_cstring_bytes(options->virtual_host)};
  if (request.virtual_host.len > 255) {
    // The library would cut its length without a word.
    rabbit_fail(failure, RABBIT_STAGE_HANDSHAKE, "the virtual host's name is longer than 255 bytes");
    return false;
  }
  return send_method(connection, AMQP_CONNECTION_OPEN_METHOD, &request, deadline, failure) &&
         await_method(connection, AMQP_CONNECTION_OPEN_OK_METHOD, deadline, failure) != NULL;
}

bool log_in(rabbit_connection *connection, const rabbit_options *options, int64_t deadline, rabbit_failure *failure) {
  const bool is_in = introduce(connection, options, deadline, failure) && tune(connection, options, deadline, failure) &&
                     open_host(connection, options, deadline, failure);
  amqp_maybe_release_buffers(connection->decoder);
  return is_in;
}
