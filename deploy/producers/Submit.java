import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Submits a job to Baton through RabbitMQ, and says what became of the message.
 *
 * <pre>
 *     Submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
 *     Submit --rejects        prints what was rejected of this account's messages since its first call
 * </pre>
 *
 * Needs amqp-client (Debian: librabbitmq-client-java and libslf4j-java, then {@code java -cp
 * /usr/share/java/amqp-client.jar:/usr/share/java/slf4j-nop.jar:/usr/share/java/slf4j-api.jar Submit.java …}).
 * BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE the prefix of its exchanges (baton), and BATON_TENANT the
 * tenant, where producers are kept apart and may declare nothing: then the exchange and the queue of rejects are the tenant's
 * own. BATON_REJECTS names another queue that is there to read rejects from: baton.rejected for an account that shares
 * baton.submit and may declare nothing. The same ID makes one job, however often it is sent: a producer that is not sure sends
 * again, with the time of its first try in seconds, so that one that comes late is rejected and not taken for new.
 */
public final class Submit {
    private static final String NAMESPACE = System.getenv().getOrDefault("BATON_NAMESPACE", "baton");
    private static final String TENANT = System.getenv("BATON_TENANT");
    private static final String REJECTS = System.getenv("BATON_REJECTS");
    private static final String EXCHANGE = NAMESPACE + ".submit" + (TENANT == null ? "" : "." + TENANT);

    private final ConnectionFactory factory = new ConnectionFactory();

    private Submit() throws Exception {
        factory.setUri(System.getenv("BATON_RABBITMQ_URL"));
        factory.setAutomaticRecoveryEnabled(false);
    }

    /** Whether the broker has the message safely; false when the queue is full. */
    private boolean publish(String queue, AMQP.BasicProperties properties, byte[] body)
            throws IOException, TimeoutException, InterruptedException {
        try (Connection connection = factory.newConnection()) {
            Channel channel = connection.createChannel();
            AtomicBoolean isReturned = new AtomicBoolean();
            // A message that no queue takes comes back before its confirmation.
            channel.addReturnListener(message -> isReturned.set(true));
            channel.confirmSelect();
            channel.basicPublish(EXCHANGE, queue, true, properties, body);
            boolean isTaken = channel.waitForConfirms(30_000);
            if (isReturned.get()) {
                throw new IllegalArgumentException("no server takes submissions to the queue " + queue);
            }
            return isTaken;
        }
    }

    private void submit(String type, String arguments, String queue, String id, long sentAt)
            throws InterruptedException {
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .type(type)
                .messageId(id)
                .userId(factory.getUsername())
                .timestamp(new Date(sentAt * 1000))
                .contentType("application/json")
                .deliveryMode(2)
                .build();
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                if (publish(queue, properties, arguments.getBytes(StandardCharsets.UTF_8))) {
                    System.out.println(id);
                    return;
                }
                System.err.println("the queue is full, trying again");
            } catch (IOException | ShutdownSignalException | TimeoutException error) {
                String refusal = refusal(error);
                if (refusal != null) {
                    throw new IllegalArgumentException("the broker refuses: " + refusal);
                }
                System.err.println("no connection, trying again: " + error);
            }
            Thread.sleep(1000L << attempt);
        }
        throw new IllegalStateException("given up; send it again with the id " + id + " and the time " + sentAt);
    }

    /** Why the broker has closed the channel; null when it has not. */
    private static String refusal(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ShutdownSignalException
                    && ((ShutdownSignalException) cause).getReason() instanceof AMQP.Channel.Close) {
                return ((AMQP.Channel.Close) ((ShutdownSignalException) cause).getReason()).getReplyText();
            }
        }
        return null;
    }

    private void showRejects() throws IOException, TimeoutException {
        try (Connection connection = factory.newConnection()) {
            Channel channel = connection.createChannel();
            String queue = REJECTS != null ? REJECTS : NAMESPACE + ".rejected." + TENANT;
            if (REJECTS == null && TENANT == null) {
                queue = NAMESPACE + ".rejects." + factory.getUsername();
                channel.queueDeclare(queue, true, false, false, null);
                channel.queueBind(queue, NAMESPACE + ".rejected", factory.getUsername());
            }
            GetResponse message;
            while ((message = channel.basicGet(queue, false)) != null) {
                var headers = message.getProps().getHeaders();
                System.out.println(String.join(" ", message.getProps().getMessageId(), headers.get("reject-at").toString(),
                        headers.get("reject-code").toString(), headers.get("reject-reason").toString()));
                channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        try {
            if (arguments.length == 1 && arguments[0].equals("--rejects")) {
                new Submit().showRejects();
            } else if (arguments.length >= 2) {
                new Submit().submit(
                        arguments[0],
                        arguments[1],
                        arguments.length > 2 ? arguments[2] : "default",
                        arguments.length > 3 ? arguments[3] : UUID.randomUUID().toString(),
                        arguments.length > 4 ? Long.parseLong(arguments[4]) : System.currentTimeMillis() / 1000);
            } else {
                throw new IllegalArgumentException("usage: Submit TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects");
            }
        } catch (IllegalArgumentException | IllegalStateException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
