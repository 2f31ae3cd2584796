#!/usr/bin/env ruby
# frozen_string_literal: true

# Submits a job to Baton through RabbitMQ, and says what became of the message.
#
#     submit.rb TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
#     submit.rb --rejects        prints what was rejected of this account's messages since its first call
#
# Needs bunny (Debian: ruby-bunny). BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE the prefix of its
# exchanges (baton), and BATON_TENANT the tenant, where producers are kept apart and may declare nothing: then the exchange
# and the queue of rejects are the tenant's own. BATON_REJECTS names another queue that is there to read rejects from:
# baton.rejected for an account that shares baton.submit and may declare nothing. The same ID makes one job, however often it
# is sent: a producer that is not sure sends again, with the time of its first try in seconds, so that one that comes late is
# rejected and not taken for new.

require "bunny"
require "json"
require "securerandom"

Unrouted = Class.new(StandardError)
NAMESPACE = ENV.fetch("BATON_NAMESPACE", "baton")
TENANT = ENV.fetch("BATON_TENANT", nil)
REJECTS = ENV.fetch("BATON_REJECTS", nil)

def with_channel
  connection = Bunny.new(ENV.fetch("BATON_RABBITMQ_URL"), automatically_recover: false)
  connection.start
  yield connection.create_channel, connection.user
ensure
  connection&.close if connection&.open?
end

# Whether the broker has the message safely; false when the queue is full.
def publish(queue, body, properties)
  with_channel do |channel, user|
    channel.confirm_select
    exchange = Bunny::Exchange.new(channel, :topic, [NAMESPACE, "submit", TENANT].compact.join("."), no_declare: true)
    returned = false
    exchange.on_return { |*| returned = true }
    exchange.publish(body, properties.merge(routing_key: queue, user_id: user, mandatory: true, persistent: true))
    # Bunny leaves who waits for a confirmation alone when the broker refuses and closes the channel. Another call says it.
    channel.prefetch(1)
    taken = channel.wait_for_confirms
    # A message that no queue takes comes back before its confirmation.
    raise Unrouted, "no server takes submissions to the queue #{queue}" if returned

    taken
  end
end

def submit(type, body, queue = "default", id = SecureRandom.uuid, sent_at = Time.now.to_i)
  JSON.parse(body)
  properties = { type: type, message_id: id, timestamp: sent_at.to_i, content_type: "application/json" }
  5.times do |attempt|
    return puts(id) if publish(queue, body, properties)

    warn "the queue is full, trying again"
    sleep 2**attempt
  rescue Unrouted => e
    abort e.message
  rescue Bunny::AccessRefused, Bunny::NotFound, Bunny::PreconditionFailed => e
    abort "the broker refuses: #{e.message}"
  rescue Bunny::Exception, SystemCallError, Timeout::Error => e
    # The same, heard by the time of the other call.
    abort "the broker refuses: #{Regexp.last_match(1)}" if e.message =~ /server-reported channel error: (.*)/
    warn "no connection, trying again: #{e.class}"
    sleep 2**attempt
  end
  abort "given up; send it again with the id #{id} and the time #{sent_at}"
end

def queue_of_rejects(channel, user)
  return channel.queue(REJECTS, no_declare: true) if REJECTS
  return channel.queue("#{NAMESPACE}.rejected.#{TENANT}", no_declare: true) if TENANT

  channel.queue("#{NAMESPACE}.rejects.#{user}", durable: true).bind("#{NAMESPACE}.rejected", routing_key: user)
end

def show_rejects
  with_channel do |channel, user|
    queue = queue_of_rejects(channel, user)
    loop do
      delivery, properties, = queue.pop(manual_ack: true)
      break if delivery.nil?

      headers = properties.headers
      puts [properties.message_id, *headers.values_at("reject-at", "reject-code", "reject-reason")].join(" ")
      channel.ack(delivery.delivery_tag)
    end
  end
end

case ARGV
in ["--rejects"] then show_rejects
in [_, _, *] then submit(*ARGV)
else abort "usage: submit.rb TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects"
end
