/* Submits a job to Baton through RabbitMQ, and says what became of the message.
 *
 *     submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
 *     submit --rejects        prints what was rejected of this account's messages since its first call
 *
 * Needs rabbitmq-c (Debian: librabbitmq-dev, then `cc -o submit submit.c -lrabbitmq`). BATON_RABBITMQ_URL says where the
 * broker is, BATON_NAMESPACE the prefix of its exchanges (baton), and BATON_TENANT the tenant, where producers are kept apart
 * and may declare nothing: then the exchange and the queue of rejects are the tenant's own. BATON_REJECTS names another queue
 * that is there to read rejects from: baton.rejected for an account that shares baton.submit and may declare nothing. The same
 * ID makes one job, however often it is sent: a producer that is not sure sends again, with the time of its first try in
 * seconds, so that one that comes late is rejected and not taken for new. */

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum outcome { TAKEN, FULL, UNROUTED, REFUSED, LOST };

static struct amqp_connection_info address;
static char url[1024], prefix[128] = "baton";
static const char *tenant, *rejects;

static amqp_bytes_t name(char *buffer, size_t size, const char *suffix, const char *last) {
    snprintf(buffer, size, "%s%s%s", prefix, suffix, last);
    return amqp_cstring_bytes(buffer);
}

static int is_normal(amqp_connection_state_t connection) {
    return amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL;
}

/* NULL when the broker cannot be reached. */
static amqp_connection_state_t open_channel(void) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    struct timeval patience = {10, 0};
    if (socket && amqp_socket_open_noblock(socket, address.host, address.port, &patience) == AMQP_STATUS_OK &&
        amqp_login(connection, address.vhost, 0, AMQP_DEFAULT_FRAME_SIZE, 30, AMQP_SASL_METHOD_PLAIN, address.user,
                   address.password)
                .reply_type == AMQP_RESPONSE_NORMAL) {
        amqp_channel_open(connection, 1);
        if (is_normal(connection)) return connection;
    }
    amqp_destroy_connection(connection);
    return NULL;
}

static void print_bytes(FILE *stream, amqp_bytes_t bytes) {
    fwrite(bytes.bytes, 1, bytes.len, stream);
}

/* What becomes of the message that was published last. */
static enum outcome wait_for_outcome(amqp_connection_state_t connection) {
    int is_returned = 0;
    struct timeval patience = {30, 0};
    amqp_frame_t frame;
    while (amqp_simple_wait_frame_noblock(connection, &frame, &patience) == AMQP_STATUS_OK) {
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD) return is_returned ? UNROUTED : TAKEN;
        if (frame.payload.method.id == AMQP_BASIC_NACK_METHOD) return FULL;
        if (frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD) {
            amqp_channel_close_t *close = frame.payload.method.decoded;
            fputs("the broker refuses: ", stderr);
            print_bytes(stderr, close->reply_text);
            fputs("\n", stderr);
            return REFUSED;
        }
        if (frame.payload.method.id == AMQP_BASIC_RETURN_METHOD) {
            /* A message that no queue takes comes back before its confirmation. */
            amqp_message_t message;
            if (amqp_read_message(connection, frame.channel, &message, 0).reply_type != AMQP_RESPONSE_NORMAL) return LOST;
            amqp_destroy_message(&message);
            is_returned = 1;
        }
    }
    return LOST;
}

static enum outcome publish(const char *type, const char *arguments, const char *queue, const char *id, uint64_t sent_at) {
    amqp_connection_state_t connection = open_channel();
    if (!connection) return LOST;
    enum outcome outcome = LOST;
    amqp_confirm_select(connection, 1);
    if (is_normal(connection)) {
        amqp_basic_properties_t properties = {
            ._flags = AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_USER_ID_FLAG |
                      AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG,
            .type = amqp_cstring_bytes(type),
            .message_id = amqp_cstring_bytes(id),
            .user_id = amqp_cstring_bytes(address.user),
            .timestamp = sent_at,
            .content_type = amqp_cstring_bytes("application/json"),
            .delivery_mode = AMQP_DELIVERY_PERSISTENT,
        };
        char name_buffer[256];
        amqp_bytes_t exchange =
            name(name_buffer, sizeof name_buffer, tenant ? ".submit." : ".submit", tenant ? tenant : "");
        if (amqp_basic_publish(connection, 1, exchange, amqp_cstring_bytes(queue), 1, 0, &properties,
                               amqp_cstring_bytes(arguments)) == AMQP_STATUS_OK) {
            outcome = wait_for_outcome(connection);
        }
    }
    if (outcome != LOST) amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
    return outcome;
}

static int submit(int count, char **arguments) {
    char made[37] = "";
    const char *queue = count > 2 ? arguments[2] : "default", *id = count > 3 ? arguments[3] : made;
    uint64_t sent_at = count > 4 ? strtoull(arguments[4], NULL, 10) : (uint64_t)time(NULL);
    if (id == made) {
        FILE *source = fopen("/proc/sys/kernel/random/uuid", "r");
        if (!source || !fgets(made, sizeof made, source)) return perror("no id can be made"), 1;
        fclose(source);
    }
    for (unsigned attempt = 0; attempt < 5; attempt++) {
        switch (publish(arguments[0], arguments[1], queue, id, sent_at)) {
        case TAKEN: return puts(id), 0;
        case UNROUTED: return fprintf(stderr, "no server takes submissions to the queue %s\n", queue), 1;
        case REFUSED: return 1;
        case FULL: fputs("the queue is full, trying again\n", stderr); break;
        case LOST: fputs("no connection, trying again\n", stderr); break;
        }
        sleep(1u << attempt);
    }
    fprintf(stderr, "given up; send it again with the id %s and the time %" PRIu64 "\n", id, sent_at);
    return 1;
}

static void print_header(const amqp_table_t *headers, const char *key) {
    for (int i = 0; i < headers->num_entries; i++) {
        const amqp_table_entry_t *entry = &headers->entries[i];
        if (entry->key.len == strlen(key) && !memcmp(entry->key.bytes, key, entry->key.len) &&
            entry->value.kind == AMQP_FIELD_KIND_UTF8) {
            putchar(' ');
            print_bytes(stdout, entry->value.value.bytes);
        }
    }
}

static int show_rejects(void) {
    amqp_connection_state_t connection = open_channel();
    if (!connection) return fputs("no connection\n", stderr), 1;
    char queue_name[256], exchange[256];
    amqp_bytes_t queue =
        rejects
            ? amqp_cstring_bytes(rejects)
            : name(queue_name, sizeof queue_name, tenant ? ".rejected." : ".rejects.", tenant ? tenant : address.user);
    if (!rejects && !tenant) {
        amqp_bytes_t key = amqp_cstring_bytes(address.user);
        amqp_queue_declare(connection, 1, queue, 0, 1, 0, 0, amqp_empty_table);
        if (!is_normal(connection)) return fputs("the broker refuses the queue\n", stderr), 1;
        amqp_queue_bind(connection, 1, queue, name(exchange, sizeof exchange, ".rejected", ""), key, amqp_empty_table);
        if (!is_normal(connection)) return fputs("the broker refuses the binding\n", stderr), 1;
    }
    for (;;) {
        amqp_rpc_reply_t reply = amqp_basic_get(connection, 1, queue, 0);
        if (reply.reply_type != AMQP_RESPONSE_NORMAL) return fputs("the connection was lost\n", stderr), 1;
        if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD) break;
        uint64_t tag = ((amqp_basic_get_ok_t *)reply.reply.decoded)->delivery_tag;
        amqp_message_t message;
        if (amqp_read_message(connection, 1, &message, 0).reply_type != AMQP_RESPONSE_NORMAL) return 1;
        print_bytes(stdout, message.properties.message_id);
        print_header(&message.properties.headers, "reject-at");
        print_header(&message.properties.headers, "reject-code");
        print_header(&message.properties.headers, "reject-reason");
        putchar('\n');
        amqp_destroy_message(&message);
        amqp_basic_ack(connection, 1, tag, 0);
        amqp_maybe_release_buffers(connection);
    }
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
    return 0;
}

int main(int count, char **arguments) {
    const char *broker = getenv("BATON_RABBITMQ_URL"), *namespace = getenv("BATON_NAMESPACE");
    tenant = getenv("BATON_TENANT");
    rejects = getenv("BATON_REJECTS");
    if (namespace) snprintf(prefix, sizeof prefix, "%s", namespace);
    if (!broker || snprintf(url, sizeof url, "%s", broker) >= (int)sizeof url ||
        amqp_parse_url(url, &address) != AMQP_STATUS_OK || address.ssl) {
        return fputs("BATON_RABBITMQ_URL is no amqp: URL\n", stderr), 1;
    }
    if (count == 2 && !strcmp(arguments[1], "--rejects")) return show_rejects();
    if (count < 3) return fputs("usage: submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects\n", stderr), 1;
    return submit(count - 1, arguments + 1);
}
