// What Swift needs of librabbitmq and OpenSSL: connecting and logging in with a deadline, taking one decoded frame at a
// time without blocking, and encoding frames without sending them.
//
// librabbitmq is the codec. It reads and writes in blocking calls, some without a deadline, loses frames of other
// channels while it waits for one, and knows no addresses in certificates; so the socket and TLS are handled here.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif

// MARK: Connecting

typedef struct rabbit_connection rabbit_connection;

typedef struct {
  const char *host;
  uint16_t port;
  const char *virtual_host;
  const char *user;
  const char *password;
  // Whether the certificate says who logs in (EXTERNAL), instead of user and password (PLAIN).
  bool authenticates_by_certificate;
  // Shown by the broker's tools.
  const char *connection_name;
  // In seconds; 0 asks for none.
  uint16_t heartbeat;
  // For the connection and the handshakes together. Looking up the name has no limit but the resolver's own.
  int timeout_milliseconds;

  bool uses_tls;
  // All files are PEM. Null stands for the authorities that the system trusts.
  const char *authority_file;
  // Null if there is none; otherwise there is a key as well.
  const char *certificate_file;
  const char *key_file;
  // Null if the key is not encrypted.
  const char *key_password;
  // The host name or address that the broker's certificate must be for.
  const char *server_name;
  bool verifies_certificate;
  bool verifies_name;
} rabbit_options;

typedef enum {
  RABBIT_STAGE_NONE = 0,
  RABBIT_STAGE_RESOLVE = 1,
  RABBIT_STAGE_CONNECT = 2,
  RABBIT_STAGE_HANDSHAKE = 3,
  RABBIT_STAGE_REFUSED = 4,
  // The files that TLS was to use.
  RABBIT_STAGE_TLS_FILES = 5,
  RABBIT_STAGE_TLS = 6,
} rabbit_stage;

typedef struct {
  rabbit_stage stage;
  // The broker's reply code; 0 if the broker said nothing.
  uint16_t reply_code;
  // Why it failed, in words; never holds a password.
  char text[512];
} rabbit_failure;

/// Connects and logs in, trying every address of the host. Blocks. Null with the failure filled in when it fails.
rabbit_connection *rabbit_connect(const rabbit_options *options, rabbit_failure *failure);

/// Closes the socket and frees everything. Says nothing to the broker.
void rabbit_destroy(rabbit_connection *connection);

int rabbit_descriptor(const rabbit_connection *connection);
int rabbit_frame_max(const rabbit_connection *connection);
int rabbit_channel_max(const rabbit_connection *connection);
/// The negotiated heartbeat in seconds; servicing it is the caller's business.
int rabbit_heartbeat(const rabbit_connection *connection);

/// Why reading or writing has failed, in words.
const char *rabbit_error_text(const rabbit_connection *connection);

// MARK: Reading

// The methods. The library's own names are casts, which Swift does not import.
static const uint32_t RABBIT_CONNECTION_CLOSE = 0x000A0032;
static const uint32_t RABBIT_CONNECTION_CLOSE_OK = 0x000A0033;
static const uint32_t RABBIT_CONNECTION_BLOCKED = 0x000A003C;
static const uint32_t RABBIT_CONNECTION_UNBLOCKED = 0x000A003D;
static const uint32_t RABBIT_CHANNEL_OPEN = 0x0014000A;
static const uint32_t RABBIT_CHANNEL_OPEN_OK = 0x0014000B;
static const uint32_t RABBIT_CHANNEL_FLOW = 0x00140014;
static const uint32_t RABBIT_CHANNEL_FLOW_OK = 0x00140015;
static const uint32_t RABBIT_CHANNEL_CLOSE = 0x00140028;
static const uint32_t RABBIT_CHANNEL_CLOSE_OK = 0x00140029;
static const uint32_t RABBIT_EXCHANGE_DECLARE = 0x0028000A;
static const uint32_t RABBIT_EXCHANGE_DECLARE_OK = 0x0028000B;
static const uint32_t RABBIT_EXCHANGE_DELETE = 0x00280014;
static const uint32_t RABBIT_EXCHANGE_DELETE_OK = 0x00280015;
static const uint32_t RABBIT_EXCHANGE_BIND = 0x0028001E;
static const uint32_t RABBIT_EXCHANGE_BIND_OK = 0x0028001F;
static const uint32_t RABBIT_QUEUE_DECLARE = 0x0032000A;
static const uint32_t RABBIT_QUEUE_DECLARE_OK = 0x0032000B;
static const uint32_t RABBIT_QUEUE_BIND = 0x00320014;
static const uint32_t RABBIT_QUEUE_BIND_OK = 0x00320015;
static const uint32_t RABBIT_QUEUE_UNBIND = 0x00320032;
static const uint32_t RABBIT_QUEUE_UNBIND_OK = 0x00320033;
static const uint32_t RABBIT_QUEUE_PURGE = 0x0032001E;
static const uint32_t RABBIT_QUEUE_PURGE_OK = 0x0032001F;
static const uint32_t RABBIT_QUEUE_DELETE = 0x00320028;
static const uint32_t RABBIT_QUEUE_DELETE_OK = 0x00320029;
static const uint32_t RABBIT_BASIC_QOS = 0x003C000A;
static const uint32_t RABBIT_BASIC_QOS_OK = 0x003C000B;
static const uint32_t RABBIT_BASIC_CONSUME = 0x003C0014;
static const uint32_t RABBIT_BASIC_CONSUME_OK = 0x003C0015;
static const uint32_t RABBIT_BASIC_CANCEL = 0x003C001E;
static const uint32_t RABBIT_BASIC_CANCEL_OK = 0x003C001F;
static const uint32_t RABBIT_BASIC_PUBLISH = 0x003C0028;
static const uint32_t RABBIT_BASIC_RETURN = 0x003C0032;
static const uint32_t RABBIT_BASIC_DELIVER = 0x003C003C;
static const uint32_t RABBIT_BASIC_GET = 0x003C0046;
static const uint32_t RABBIT_BASIC_GET_OK = 0x003C0047;
static const uint32_t RABBIT_BASIC_GET_EMPTY = 0x003C0048;
static const uint32_t RABBIT_BASIC_ACK = 0x003C0050;
static const uint32_t RABBIT_BASIC_REJECT = 0x003C005A;
static const uint32_t RABBIT_BASIC_NACK = 0x003C0078;
static const uint32_t RABBIT_CONFIRM_SELECT = 0x0055000A;
static const uint32_t RABBIT_CONFIRM_SELECT_OK = 0x0055000B;

static const uint8_t RABBIT_FRAME_METHOD = 1;
static const uint8_t RABBIT_FRAME_HEADER = 2;
static const uint8_t RABBIT_FRAME_BODY = 3;

/// One decoded frame, flat: which fields mean something depends on type and method. The memory it points to lives until
/// rabbit_release.
typedef struct {
  uint8_t type;
  uint16_t channel;

  // Of a method.
  uint32_t method;
  uint64_t delivery_tag;
  uint32_t message_count;
  uint32_t consumer_count;
  uint16_t reply_code;
  // The method that a close complains about.
  uint32_t failed_method;
  bool multiple;
  bool requeue;
  bool redelivered;
  bool active;
  bool no_wait;
  amqp_bytes_t reply_text;
  amqp_bytes_t consumer_tag;
  amqp_bytes_t exchange;
  amqp_bytes_t routing_key;
  amqp_bytes_t queue;

  // Of a content header.
  uint64_t body_size;
  const amqp_basic_properties_t *properties;

  // Of a piece of body.
  amqp_bytes_t body;
} rabbit_frame;

/// Takes the next frame without blocking: 1 and the frame, 0 if there is none yet, or -1 if the connection has failed or
/// ended, and can only be destroyed. What has arrived is used up when it returns 0; only then does polling make sense.
int rabbit_read_frame(rabbit_connection *connection, rabbit_frame *frame);

/// Takes back the memory of a frame that has been copied.
void rabbit_release(rabbit_connection *connection, const rabbit_frame *frame);

/// The n-th value of an array or table; the library's types nest unions, which Swift reads badly.
const amqp_field_value_t *rabbit_array_value(const amqp_array_t *array, int index);
const amqp_table_entry_t *rabbit_table_entry(const amqp_table_t *table, int index);

// MARK: Encoding

/// Encodes a method frame. Returns its size, or a negative status if it does not fit into a frame.
ptrdiff_t rabbit_encode_method(uint8_t *output, size_t capacity, uint16_t channel, uint32_t method, void *decoded);

/// Encodes a message's content header frame. Returns its size, or a negative status if it does not fit into a frame.
ptrdiff_t rabbit_encode_header(
    uint8_t *output, size_t capacity, uint16_t channel, uint64_t body_size, amqp_basic_properties_t *properties);

/// What a frame needs besides its payload.
enum { RABBIT_FRAME_OVERHEAD = 8 };

/// Encodes a heartbeat into RABBIT_FRAME_OVERHEAD bytes.
void rabbit_encode_heartbeat(uint8_t *output);

/// Encodes a body frame into size + RABBIT_FRAME_OVERHEAD bytes.
void rabbit_encode_body(uint8_t *output, uint16_t channel, const uint8_t *body, size_t size);

// MARK: Writing

/// Sends without blocking: the number of bytes taken, 0 if the socket takes none now, or -1 if the connection has failed.
///
/// Under TLS, bytes that were not taken must be offered again, at the same place in the stream; more may follow them.
ptrdiff_t rabbit_send(rabbit_connection *connection, const uint8_t *bytes, size_t count);
