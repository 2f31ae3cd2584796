#!/usr/bin/env python3
"""Submits a job to Baton through RabbitMQ, and says what became of the message.

    submit.py TYPE ARGUMENTS [--queue Q] [--id ID --sent-at SECONDS] [--run-at DATE] [--max-attempts N]
    submit.py --rejects        prints what was rejected of this account's messages since its first call

Needs pika (Debian: python3-pika, PyPI: pika). BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE the prefix
of its exchanges (baton), and BATON_TENANT the tenant, where producers are kept apart and may declare nothing: then the
exchange and the queue of rejects are the tenant's own. BATON_REJECTS names another queue that is there to read rejects from:
baton.rejected for an account that shares baton.submit and may declare nothing. The same --id makes one job, however often
it is sent: a producer that is not sure sends again, with the time of its first try, so that one that comes late is rejected
and not taken for new.
"""

import argparse
import json
import os
import sys
import time
import uuid

import pika

NAMESPACE = os.environ.get("BATON_NAMESPACE", "baton")
TENANT = os.environ.get("BATON_TENANT")
REJECTS = os.environ.get("BATON_REJECTS")


def connect():
    parameters = pika.URLParameters(os.environ["BATON_RABBITMQ_URL"])
    # A broker that is short of memory or disk reads nothing; without this pika waits for it for ever.
    parameters.blocked_connection_timeout = 30
    return pika.BlockingConnection(parameters), parameters.credentials.username


def submit(arguments):
    json.loads(arguments.arguments)
    headers = {"job-run-at": arguments.run_at, "job-max-attempts": arguments.max_attempts}
    message_id = arguments.id or str(uuid.uuid4())
    sent_at = arguments.sent_at or int(time.time())
    for attempt in range(5):
        try:
            connection, user = connect()
            with connection:
                channel = connection.channel()
                channel.confirm_delivery()
                channel.basic_publish(
                    exchange=f"{NAMESPACE}.submit.{TENANT}" if TENANT else f"{NAMESPACE}.submit",
                    routing_key=arguments.queue,
                    body=arguments.arguments.encode(),
                    mandatory=True,
                    properties=pika.BasicProperties(
                        type=arguments.type,
                        message_id=message_id,
                        user_id=user,
                        timestamp=sent_at,
                        content_type="application/json",
                        delivery_mode=2,
                        headers={name: value for name, value in headers.items() if value is not None},
                    ),
                )
                print(message_id)
                return 0
        except pika.exceptions.UnroutableError:
            sys.exit(f"no server takes submissions to the queue {arguments.queue}")
        except pika.exceptions.NackError:
            print("the queue is full, trying again", file=sys.stderr)
        except pika.exceptions.ChannelClosedByBroker as error:
            sys.exit(f"the broker refuses: {error.reply_text}")
        except pika.exceptions.AMQPConnectionError as error:
            print(f"no connection, trying again: {error!r}", file=sys.stderr)
        time.sleep(2**attempt)
    sys.exit(f"given up; send it again with --id {message_id} --sent-at {sent_at}")


def show_rejects():
    connection, user = connect()
    channel = connection.channel()
    if REJECTS:
        queue = REJECTS
    elif TENANT:
        queue = f"{NAMESPACE}.rejected.{TENANT}"
    else:
        queue = f"{NAMESPACE}.rejects.{user}"
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, f"{NAMESPACE}.rejected", routing_key=user)
    while True:
        method, properties, body = channel.basic_get(queue)
        if method is None:
            break
        headers = properties.headers
        print(properties.message_id, headers["reject-at"], headers["reject-code"], headers["reject-reason"], flush=True)
        channel.basic_ack(method.delivery_tag)
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("type", nargs="?")
    parser.add_argument("arguments", nargs="?", default="{}")
    parser.add_argument("--queue", default="default")
    parser.add_argument("--id")
    parser.add_argument("--sent-at", type=int)
    parser.add_argument("--run-at")
    parser.add_argument("--max-attempts", type=int)
    parser.add_argument("--rejects", action="store_true")
    arguments = parser.parse_args()
    if arguments.rejects:
        return show_rejects()
    if arguments.type is None:
        parser.error("TYPE is missing")
    return submit(arguments)


if __name__ == "__main__":
    sys.exit(main())
