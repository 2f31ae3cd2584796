#!/usr/bin/env php
<?php
// Submits a job to Baton through RabbitMQ, and says what became of the message.
//
//     submit.php TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
//     submit.php --rejects        prints what was rejected of this account's messages since its first call
//
// Needs php-amqplib (Debian: php-amqplib, Composer: php-amqplib/php-amqplib). BATON_RABBITMQ_URL says where the broker is,
// BATON_NAMESPACE the prefix of its exchanges (baton), and BATON_TENANT the tenant, where producers are kept apart and may
// declare nothing: then the exchange and the queue of rejects are the tenant's own. BATON_REJECTS names another queue that is
// there to read rejects from: baton.rejected for an account that shares baton.submit and may declare nothing. The same ID
// makes one job, however often it is sent: a producer that is not sure sends again, with the time of its first try in seconds,
// so that one that comes late is rejected and not taken for new.

declare(strict_types=1);

require_once 'PhpAmqpLib/autoload.php';

use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Exception\AMQPExceptionInterface;
use PhpAmqpLib\Exception\AMQPProtocolChannelException;
use PhpAmqpLib\Message\AMQPMessage;

$namespace = getenv('BATON_NAMESPACE') ?: 'baton';
$tenant = getenv('BATON_TENANT');
$rejects = getenv('BATON_REJECTS');
$url = parse_url((string) getenv('BATON_RABBITMQ_URL'));
$user = urldecode($url['user'] ?? 'guest');

function connect(array $url, string $user): AMQPStreamConnection
{
    return new AMQPStreamConnection(
        $url['host'],
        $url['port'] ?? 5672,
        $user,
        urldecode($url['pass'] ?? 'guest'),
        urldecode(substr($url['path'] ?? '/', 1)) ?: '/'
    );
}

function fail(string $why): never
{
    fwrite(STDERR, "$why\n");
    exit(1);
}

if (($argv[1] ?? '') === '--rejects') {
    $connection = connect($url, $user);
    $channel = $connection->channel();
    if ($rejects) {
        $queue = $rejects;
    } elseif ($tenant) {
        $queue = "$namespace.rejected.$tenant";
    } else {
        $queue = "$namespace.rejects.$user";
        $channel->queue_declare($queue, false, true, false, false);
        $channel->queue_bind($queue, "$namespace.rejected", $user);
    }
    while ($message = $channel->basic_get($queue)) {
        $headers = $message->get('application_headers')->getNativeData();
        $why = [$headers['reject-at'], $headers['reject-code'], $headers['reject-reason']];
        echo implode(' ', [$message->has('message_id') ? $message->get('message_id') : '', ...$why]), "\n";
        $message->ack();
    }
    $connection->close();
    exit;
}

if ($argc < 3) {
    fail('usage: submit.php TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects');
}
[, $type, $body] = $argv;
json_decode($body, flags: JSON_THROW_ON_ERROR);
$queue = $argv[3] ?? 'default';
// Version 4: 122 random bits.
$id = $argv[4] ?? preg_replace_callback('/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/', fn ($m) =>
    "$m[1]-$m[2]-4$m[3]-a$m[4]-$m[5]", bin2hex(random_bytes(16)));
$sentAt = (int) ($argv[5] ?? time());
$message = new AMQPMessage($body, [
    'type' => $type,
    'message_id' => $id,
    'user_id' => $user,
    'timestamp' => $sentAt,
    'content_type' => 'application/json',
    'delivery_mode' => AMQPMessage::DELIVERY_MODE_PERSISTENT,
]);
for ($attempt = 0; $attempt < 5; $attempt++) {
    try {
        $connection = connect($url, $user);
        $channel = $connection->channel();
        $isTaken = false;
        $channel->set_ack_handler(function () use (&$isTaken) { $isTaken = true; });
        // A message that no queue takes comes back before its confirmation.
        $channel->set_return_listener(fn () => fail("no server takes submissions to the queue $queue"));
        $channel->confirm_select();
        $channel->basic_publish($message, $tenant ? "$namespace.submit.$tenant" : "$namespace.submit", $queue, true);
        $channel->wait_for_pending_acks_returns(30);
        $connection->close();
        if ($isTaken) {
            echo "$id\n";
            exit;
        }
        fwrite(STDERR, "the queue is full, trying again\n");
    } catch (AMQPProtocolChannelException $error) {
        fail('the broker refuses: ' . $error->getMessage());
    } catch (AMQPExceptionInterface $error) {
        fwrite(STDERR, 'no connection, trying again: ' . $error::class . "\n");
    }
    sleep(2 ** $attempt);
}
fail("given up; send it again with the id $id and the time $sentAt");
