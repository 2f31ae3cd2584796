#include "internal.h"

static bool decode_failed(rabbit_connection *connection, int status) {
  transport_fail(connection, "%s", amqp_error_string2(status));
  return false;
}

int next_frame(rabbit_connection *connection, amqp_frame_t *frame) {
  for (;;) {
    while (connection->input_start < connection->input_end) {
      const amqp_bytes_t rest = {.len = connection->input_end - connection->input_start,
                                 .bytes = connection->input + connection->input_start};
      const int used = amqp_handle_input(connection->decoder, rest, frame);
      if (used < 0) {
        decode_failed(connection, used);
        return -1;
      }
      connection->input_start += (size_t)used;
      if (frame->frame_type != 0) return 1;
    }
    if (connection->is_drained) {
      connection->is_drained = false;
      return 0;
    }
    const ptrdiff_t received = transport_receive(connection, connection->input, INPUT_SIZE);
    if (received <= 0) return (int)received;
    connection->input_start = 0;
    connection->input_end = (size_t)received;
    // A short read has emptied the socket: asking it again would only cost a system call. Under TLS, a read gives one
    // record at most, and there may be more of them that no poll would tell of.
    connection->is_drained = connection->tls == NULL && (size_t)received < INPUT_SIZE;
  }
}

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
    const int status = next_frame(connection, &decoded);
    if (status <= 0) return status;
    memset(frame, 0, sizeof *frame);
    frame->type = decoded.frame_type;
    frame->channel = decoded.channel;
    switch (decoded.frame_type) {
      case AMQP_FRAME_METHOD:
        flatten_method(&decoded.payload.method, frame);
        return 1;
      case AMQP_FRAME_HEADER:
        // The library takes headers of any class; only basic's properties have this layout.
        if (decoded.payload.properties.class_id != AMQP_BASIC_CLASS) {
          decode_failed(connection, AMQP_STATUS_BAD_AMQP_DATA);
          return -1;
        }
        frame->body_size = decoded.payload.properties.body_size;
        frame->properties = decoded.payload.properties.decoded;
        return 1;
      case AMQP_FRAME_BODY:
        frame->body = decoded.payload.body_fragment;
        return 1;
      default:
        // Heartbeats: that something came is all they say.
        rabbit_release(connection, frame);
    }
  }
}

void rabbit_release(rabbit_connection *connection, const rabbit_frame *frame) {
  // The other form aborts when half a frame has been read.
  amqp_maybe_release_buffers_on_channel(connection->decoder, frame->channel);
}

const amqp_field_value_t *rabbit_array_value(const amqp_array_t *array, int index) {
  return &array->entries[index];
}

const amqp_table_entry_t *rabbit_table_entry(const amqp_table_t *table, int index) {
  return &table->entries[index];
}
