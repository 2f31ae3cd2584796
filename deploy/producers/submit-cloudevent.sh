#!/usr/bin/env bash
# Submits a job to Baton through RabbitMQ as a CloudEvent, with nothing but amqp-publish and jq.
#
#     submit-cloudevent.sh TYPE ARGUMENTS [QUEUE [ID]]
#
# Needs amqp-publish (Debian: amqp-tools) and jq. BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE the prefix of
# its exchanges (baton), BATON_TENANT the tenant where producers are kept apart. amqp-publish waits for no confirmation and
# asks for none back that nobody takes: for what must not get lost, send again with the same ID until the job is there
# (job_status), or use one of the other programs here.
set -euo pipefail

if (($# < 2)); then
    echo "usage: submit-cloudevent.sh TYPE ARGUMENTS [QUEUE [ID]]" >&2
    exit 64
fi
id=${4:-$(cat /proc/sys/kernel/random/uuid)}
event=$(jq --null-input --compact-output --arg type "$1" --argjson data "$2" --arg id "$id" \
    '{specversion: "1.0", type: $type, id: $id, source: "submit-cloudevent.sh", datacontenttype: "application/json",
      data: $data}')
exchange="${BATON_NAMESPACE:-baton}.submit${BATON_TENANT:+.$BATON_TENANT}"
amqp-publish --url "$BATON_RABBITMQ_URL" --exchange "$exchange" --routing-key "${3:-default}" --persistent \
    --content-type application/cloudevents+json --body "$event"
echo "$id"
