#define _GNU_SOURCE
#include "CRabbitMQ.h"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The broker's own default. A larger one would let hostile header tables recurse deeper while they are decoded.
#define FRAME_MAX 131072
#define CHANNEL_MAX 2047
#define FRAME_HEADER 7

struct rabbit_connection {
  amqp_connection_state_t state;
  int descriptor;
  int frame_max;
  int channel_max;
  int heartbeat;
};

// MARK: Connecting

static void fail(rabbit_failure *failure, rabbit_stage stage, int status, const char *format, ...) {
  failure->stage = stage;
  failure->status = status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure->text, sizeof failure->text, format, arguments);
  va_end(arguments);
}

static int64_t milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Returns 0 or the error number; ETIMEDOUT when the time is over.
static int wait_connected(int descriptor, int timeout) {
  struct pollfd waiting = {.fd = descriptor, .events = POLLOUT};
  const int64_t deadline = milliseconds_now() + timeout;
  for (;;) {
    const int64_t left = deadline - milliseconds_now();
    if (left <= 0) return ETIMEDOUT;
    const int ready = poll(&waiting, 1, (int)left);
    if (ready > 0) break;
    if (ready < 0 && errno != EINTR) return errno;
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// Returns a non-blocking socket, or -1 with errno set.
static int connect_address(const struct addrinfo *address, int timeout) {
  const int descriptor =
      socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
  if (descriptor < 0) return -1;
  const int on = 1;
  int error = 0;
  if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) != 0) {
    error = errno;
  } else if (connect(descriptor, address->ai_addr, address->ai_addrlen) != 0) {
    error = errno == EINPROGRESS ? wait_connected(descriptor, timeout) : errno;
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
    fail(failure, RABBIT_STAGE_RESOLVE, 0, "%s", gai_strerror(unresolved));
    return -1;
  }
  int count = 0;
  for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next) count += 1;
  int descriptor = -1;
  int error = ETIMEDOUT;
  for (const struct addrinfo *address = addresses; address != NULL && descriptor < 0; address = address->ai_next) {
    const int64_t left = deadline - milliseconds_now();
    if (left <= 0) break;
    // An address that swallows everything must not use up the time of those behind it.
    descriptor = connect_address(address, (int)(left / count));
    if (descriptor < 0) error = errno;
    count -= 1;
  }
  freeaddrinfo(addresses);
  char text[128];
  if (descriptor < 0) {
    fail(failure, RABBIT_STAGE_CONNECT, 0, "%s", strerror_r(error, text, sizeof text));
  }
  return descriptor;
}

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

static void copy_text(char *output, size_t capacity, amqp_bytes_t text) {
  const size_t length = text.len < capacity - 1 ? text.len : capacity - 1;
  if (length > 0) memcpy(output, text.bytes, length);
  output[length] = 0;
}

static bool log_in(rabbit_connection *connection, const rabbit_options *options, int64_t deadline,
                   rabbit_failure *failure) {
  const int64_t left = deadline - milliseconds_now();
  if (left <= 0) {
    fail(failure, RABBIT_STAGE_HANDSHAKE, AMQP_STATUS_TIMEOUT, "no time left for the handshake");
    return false;
  }
  const struct timeval timeout = {.tv_sec = (time_t)(left / 1000), .tv_usec = (suseconds_t)(left % 1000 * 1000)};
  amqp_set_handshake_timeout(connection->state, &timeout);

  // Without consumer_cancel_notify the broker drops the consumer of a deleted queue in silence.
  amqp_table_entry_t capabilities[] = {bool_entry("consumer_cancel_notify"), bool_entry("connection.blocked"),
                                       bool_entry("basic.nack"), bool_entry("publisher_confirms")};
  amqp_table_entry_t entries[] = {text_entry("product", "RabbitMQClient"), text_entry("platform", "Swift"),
                                  text_entry("connection_name", options->connection_name),
                                  {.key = amqp_cstring_bytes("capabilities")}};
  amqp_table_entry_t *last = &entries[3];
  last->value.kind = AMQP_FIELD_KIND_TABLE;
  last->value.value.table.num_entries = sizeof capabilities / sizeof *capabilities;
  last->value.value.table.entries = capabilities;
  const amqp_table_t properties = {.num_entries = sizeof entries / sizeof *entries, .entries = entries};

  const amqp_rpc_reply_t reply =
      amqp_login_with_properties(connection->state, options->virtual_host, CHANNEL_MAX, FRAME_MAX, options->heartbeat,
                                 &properties, AMQP_SASL_METHOD_PLAIN, options->user, options->password);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return true;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const amqp_connection_close_t *closed = reply.reply.decoded;
    failure->stage = RABBIT_STAGE_REFUSED;
    failure->reply_code = closed->reply_code;
    copy_text(failure->text, sizeof failure->text, closed->reply_text);
  } else {
    fail(failure, RABBIT_STAGE_HANDSHAKE, reply.library_error, "%s", amqp_error_string2(reply.library_error));
  }
  return false;
}

rabbit_connection *rabbit_connect(const rabbit_options *options, rabbit_failure *failure) {
  memset(failure, 0, sizeof *failure);
  const int64_t deadline = milliseconds_now() + options->timeout_milliseconds;
  const int descriptor = connect_host(options, deadline, failure);
  if (descriptor < 0) return NULL;

  rabbit_connection *connection = calloc(1, sizeof *connection);
  amqp_connection_state_t state = amqp_new_connection();
  amqp_socket_t *socket = state == NULL ? NULL : amqp_tcp_socket_new(state);
  if (connection == NULL || socket == NULL) {
    if (state != NULL) amqp_destroy_connection(state);
    free(connection);
    close(descriptor);
    fail(failure, RABBIT_STAGE_HANDSHAKE, AMQP_STATUS_NO_MEMORY, "%s", amqp_error_string2(AMQP_STATUS_NO_MEMORY));
    return NULL;
  }
  amqp_tcp_socket_set_sockfd(socket, descriptor);
  connection->state = state;
  connection->descriptor = descriptor;
  if (!log_in(connection, options, deadline, failure)) {
    rabbit_destroy(connection);
    return NULL;
  }
  connection->frame_max = amqp_get_frame_max(state);
  connection->channel_max = amqp_get_channel_max(state);
  connection->heartbeat = amqp_get_heartbeat(state);
  if (connection->frame_max < AMQP_FRAME_MIN_SIZE) {
    fail(failure, RABBIT_STAGE_HANDSHAKE, AMQP_STATUS_BAD_AMQP_DATA, "frames of %d bytes are less than AMQP allows",
         connection->frame_max);
    rabbit_destroy(connection);
    return NULL;
  }
  // With a heartbeat the library would send by itself, blocking, and in the middle of what the caller is sending; and it
  // would close the descriptor while it is being polled. It aborts if asked in the middle of a frame.
  if (!amqp_release_buffers_ok(state) ||
      amqp_tune_connection(state, connection->channel_max, connection->frame_max, 0) != AMQP_STATUS_OK) {
    fail(failure, RABBIT_STAGE_HANDSHAKE, AMQP_STATUS_UNEXPECTED_STATE, "unexpected data behind the handshake");
    rabbit_destroy(connection);
    return NULL;
  }
  return connection;
}

void rabbit_destroy(rabbit_connection *connection) {
  amqp_destroy_connection(connection->state);
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

const char *rabbit_status_text(int status) {
  return amqp_error_string2(status);
}

// MARK: Reading

static uint32_t method_number(uint16_t class_id, uint16_t method_id) {
  return (uint32_t)class_id << 16 | method_id;
}

static void flatten_method(const amqp_method_t *method, rabbit_frame *frame) {
  frame->method = method->id;
  switch (method->id) {
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const amqp_connection_close_t *closed = method->decoded;
      frame->reply_code = closed->reply_code;
      frame->reply_text = closed->reply_text;
      frame->failed_method = method_number(closed->class_id, closed->method_id);
      break;
    }
    case AMQP_CONNECTION_BLOCKED_METHOD:
      frame->reply_text = ((const amqp_connection_blocked_t *)method->decoded)->reason;
      break;
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const amqp_channel_close_t *closed = method->decoded;
      frame->reply_code = closed->reply_code;
      frame->reply_text = closed->reply_text;
      frame->failed_method = method_number(closed->class_id, closed->method_id);
      break;
    }
    case AMQP_CHANNEL_FLOW_METHOD:
      frame->active = ((const amqp_channel_flow_t *)method->decoded)->active;
      break;
    case AMQP_QUEUE_DECLARE_OK_METHOD: {
      const amqp_queue_declare_ok_t *declared = method->decoded;
      frame->queue = declared->queue;
      frame->message_count = declared->message_count;
      frame->consumer_count = declared->consumer_count;
      break;
    }
    case AMQP_QUEUE_PURGE_OK_METHOD:
      frame->message_count = ((const amqp_queue_purge_ok_t *)method->decoded)->message_count;
      break;
    case AMQP_QUEUE_DELETE_OK_METHOD:
      frame->message_count = ((const amqp_queue_delete_ok_t *)method->decoded)->message_count;
      break;
    case AMQP_BASIC_CONSUME_OK_METHOD:
      frame->consumer_tag = ((const amqp_basic_consume_ok_t *)method->decoded)->consumer_tag;
      break;
    case AMQP_BASIC_CANCEL_METHOD: {
      const amqp_basic_cancel_t *cancelled = method->decoded;
      frame->consumer_tag = cancelled->consumer_tag;
      frame->no_wait = cancelled->nowait;
      break;
    }
    case AMQP_BASIC_CANCEL_OK_METHOD:
      frame->consumer_tag = ((const amqp_basic_cancel_ok_t *)method->decoded)->consumer_tag;
      break;
    case AMQP_BASIC_RETURN_METHOD: {
      const amqp_basic_return_t *returned = method->decoded;
      frame->reply_code = returned->reply_code;
      frame->reply_text = returned->reply_text;
      frame->exchange = returned->exchange;
      frame->routing_key = returned->routing_key;
      break;
    }
    case AMQP_BASIC_DELIVER_METHOD: {
      const amqp_basic_deliver_t *delivered = method->decoded;
      frame->consumer_tag = delivered->consumer_tag;
      frame->delivery_tag = delivered->delivery_tag;
      frame->redelivered = delivered->redelivered;
      frame->exchange = delivered->exchange;
      frame->routing_key = delivered->routing_key;
      break;
    }
    case AMQP_BASIC_GET_OK_METHOD: {
      const amqp_basic_get_ok_t *got = method->decoded;
      frame->delivery_tag = got->delivery_tag;
      frame->redelivered = got->redelivered;
      frame->exchange = got->exchange;
      frame->routing_key = got->routing_key;
      frame->message_count = got->message_count;
      break;
    }
    case AMQP_BASIC_ACK_METHOD: {
      const amqp_basic_ack_t *acknowledged = method->decoded;
      frame->delivery_tag = acknowledged->delivery_tag;
      frame->multiple = acknowledged->multiple;
      break;
    }
    case AMQP_BASIC_NACK_METHOD: {
      const amqp_basic_nack_t *refused = method->decoded;
      frame->delivery_tag = refused->delivery_tag;
      frame->multiple = refused->multiple;
      frame->requeue = refused->requeue;
      break;
    }
    default:
      break;
  }
}

int rabbit_read_frame(rabbit_connection *connection, rabbit_frame *frame) {
  for (;;) {
    amqp_frame_t decoded;
    const struct timeval at_once = {0, 0};
    const int status = amqp_simple_wait_frame_noblock(connection->state, &decoded, &at_once);
    if (status == AMQP_STATUS_TIMEOUT) return 0;
    if (status != AMQP_STATUS_OK) return status;
    memset(frame, 0, sizeof *frame);
    frame->type = decoded.frame_type;
    frame->channel = decoded.channel;
    switch (decoded.frame_type) {
      case AMQP_FRAME_METHOD:
        flatten_method(&decoded.payload.method, frame);
        return 1;
      case AMQP_FRAME_HEADER:
        // The library takes headers of any class; only basic's properties have this layout.
        if (decoded.payload.properties.class_id != AMQP_BASIC_CLASS) return AMQP_STATUS_BAD_AMQP_DATA;
        frame->body_size = decoded.payload.properties.body_size;
        frame->properties = decoded.payload.properties.decoded;
        return 1;
      case AMQP_FRAME_BODY:
        frame->body = decoded.payload.body_fragment;
        return 1;
      default:
        // Heartbeats that the library had put in its queue.
        rabbit_release(connection, frame);
    }
  }
}

void rabbit_release(rabbit_connection *connection, const rabbit_frame *frame) {
  // The other form aborts when half a frame has been read.
  amqp_maybe_release_buffers_on_channel(connection->state, frame->channel);
}

const amqp_field_value_t *rabbit_array_value(const amqp_array_t *array, int index) {
  return &array->entries[index];
}

const amqp_table_entry_t *rabbit_table_entry(const amqp_table_t *table, int index) {
  return &table->entries[index];
}

// MARK: Encoding

static void store_16(uint8_t *output, uint16_t value) {
  output[0] = (uint8_t)(value >> 8);
  output[1] = (uint8_t)value;
}

static void store_32(uint8_t *output, uint32_t value) {
  store_16(output, (uint16_t)(value >> 16));
  store_16(output + 2, (uint16_t)value);
}

static void store_64(uint8_t *output, uint64_t value) {
  store_32(output, (uint32_t)(value >> 32));
  store_32(output + 4, (uint32_t)value);
}

// Puts what belongs around a payload that is already in its place, and returns the frame's size.
static ptrdiff_t frame_payload(uint8_t *output, uint8_t type, uint16_t channel, size_t size) {
  output[0] = type;
  store_16(output + 1, channel);
  store_32(output + 3, (uint32_t)size);
  output[FRAME_HEADER + size] = AMQP_FRAME_END;
  return (ptrdiff_t)(size + RABBIT_FRAME_OVERHEAD);
}

ptrdiff_t rabbit_encode_method(uint8_t *output, size_t capacity, uint16_t channel, uint32_t method, void *decoded) {
  const size_t prefix = 4;
  if (capacity < RABBIT_FRAME_OVERHEAD + prefix) return AMQP_STATUS_TABLE_TOO_BIG;
  store_32(output + FRAME_HEADER, method);
  const amqp_bytes_t payload = {.len = capacity - RABBIT_FRAME_OVERHEAD - prefix,
                                .bytes = output + FRAME_HEADER + prefix};
  const int size = amqp_encode_method(method, decoded, payload);
  return size < 0 ? size : frame_payload(output, AMQP_FRAME_METHOD, channel, prefix + (size_t)size);
}

ptrdiff_t rabbit_encode_header(
    uint8_t *output, size_t capacity, uint16_t channel, uint64_t body_size, amqp_basic_properties_t *properties) {
  const size_t prefix = 12;
  if (capacity < RABBIT_FRAME_OVERHEAD + prefix) return AMQP_STATUS_TABLE_TOO_BIG;
  store_16(output + FRAME_HEADER, AMQP_BASIC_CLASS);
  store_16(output + FRAME_HEADER + 2, 0);
  store_64(output + FRAME_HEADER + 4, body_size);
  const amqp_bytes_t payload = {.len = capacity - RABBIT_FRAME_OVERHEAD - prefix,
                                .bytes = output + FRAME_HEADER + prefix};
  const int size = amqp_encode_properties(AMQP_BASIC_CLASS, properties, payload);
  return size < 0 ? size : frame_payload(output, AMQP_FRAME_HEADER, channel, prefix + (size_t)size);
}

void rabbit_encode_heartbeat(uint8_t *output) {
  frame_payload(output, AMQP_FRAME_HEARTBEAT, 0, 0);
}

void rabbit_encode_body(uint8_t *output, uint16_t channel, const uint8_t *body, size_t size) {
  memcpy(output + FRAME_HEADER, body, size);
  frame_payload(output, AMQP_FRAME_BODY, channel, size);
}

// MARK: Writing

ptrdiff_t rabbit_send(const rabbit_connection *connection, const uint8_t *bytes, size_t count) {
  for (;;) {
    const ssize_t sent = send(connection->descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -errno;
  }
}
