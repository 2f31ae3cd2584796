#include "internal.h"

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
