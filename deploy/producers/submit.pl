#!/usr/bin/env perl
# Submits a job to Baton through RabbitMQ, and says what became of the message.
#
#     submit.pl TYPE ARGUMENTS [QUEUE [ID SENT_AT]]
#     submit.pl --rejects        prints what was rejected of this account's messages since its first call
#
# Needs AnyEvent::RabbitMQ (Debian: libanyevent-rabbitmq-perl). BATON_RABBITMQ_URL says where the broker is, BATON_NAMESPACE
# the prefix of its exchanges (baton), and BATON_TENANT the tenant, where producers are kept apart and may declare nothing:
# then the exchange and the queue of rejects are the tenant's own. BATON_REJECTS names another queue that is there to read
# rejects from: baton.rejected for an account that shares baton.submit and may declare nothing. The same ID makes one job,
# however often it is sent: a producer that is not sure sends again, with the time of its first try in seconds, so that one
# that comes late is rejected and not taken for new.
#
# The library cannot read 64-bit integers in headers: send none, and none comes back with a reject.
# A queue that others share may have theirs.
use strict;
use warnings;

use AnyEvent::RabbitMQ;
use JSON::PP qw(decode_json);

my $namespace = $ENV{BATON_NAMESPACE} || 'baton';
my $tenant = $ENV{BATON_TENANT};
my $rejects = $ENV{BATON_REJECTS};
my $exchange = $tenant ? "$namespace.submit.$tenant" : "$namespace.submit";
my ($user, $password, $host, $port, $vhost) =
    ($ENV{BATON_RABBITMQ_URL} // '') =~ m{\Aamqp://(?:([^:@/]*)(?::([^@/]*))?@)?([^:/@?]+)(?::(\d+))?(?:/([^?]*))?}
    or fail('BATON_RABBITMQ_URL is no amqp: URL');
s/%([0-9A-Fa-f]{2})/chr hex $1/ge for grep { defined } $user, $password, $vhost;
$user ||= 'guest';

sub fail {
    print STDERR @_, "\n";
    exit 1;
}

# Starts a call of the library, and waits until one of its callbacks sends a result, or fails with why.
sub result_of {
    my ($start) = @_;
    my $done = AnyEvent->condvar;
    my $patience = AnyEvent->timer(after => 30, cb => sub { $done->croak({ reason => 'no answer' }) });
    $start->($done, sub { $done->croak(failure(@_)) });
    return $done->recv;
}

# Why a call has failed: the library says it as text, as a frame of the broker's, or last of what a socket says.
sub failure {
    my $why = ref $_[0] && $_[0]->can('method_frame') ? $_[0]->method_frame : $_[-1];
    return { reason => $why } unless ref $why;
    # The broker closes a channel for what the producer did; one that the library closes has no code.
    my $is_refusal = $why->isa('Net::AMQP::Protocol::Channel::Close') && $why->reply_code;
    return { reason => $why->reply_text || 'connection lost', is_refusal => $is_refusal };
}

# The connection must be kept for as long as the channel.
sub open_channel {
    my $connection = AnyEvent::RabbitMQ->new->load_xml_spec;
    result_of(sub {
        my ($done, $fail) = @_;
        $connection->connect(
            host => $host, port => $port || 5672, vhost => $vhost || '/', user => $user, pass => $password // 'guest',
            timeout => 10, tune => { heartbeat => 30 }, on_read_failure => $fail, on_close => $fail, on_failure => $fail,
            on_success => sub { $done->send },
        );
    });
    my $channel = result_of(sub {
        my ($done, $fail) = @_;
        $connection->open_channel(on_success => sub { $done->send(@_) }, on_failure => $fail);
    });
    return ($connection, $channel);
}

# Calls a method of a channel or a connection that has one answer.
sub call {
    my ($object, $method, %arguments) = @_;
    return result_of(sub {
        my ($done, $fail) = @_;
        $object->$method(on_success => sub { $done->send(@_) }, on_failure => $fail, %arguments);
    });
}

# What becomes of a message: taken, full or unrouted.
sub publish {
    my ($queue, $body, %properties) = @_;
    my ($connection, $channel) = open_channel();
    call($channel, 'confirm');
    my $outcome = result_of(sub {
        my ($done, $fail) = @_;
        my $is_returned = 0;
        $channel->publish(
            exchange => $exchange, routing_key => $queue, mandatory => 1, body => $body,
            # The library would send a priority, which is the job's.
            header => { %properties, user_id => $user, delivery_mode => 2, priority => undef },
            # A message that no queue takes comes back before its confirmation. To know it again the library puts a header
            # into the message, _ar_return, which Baton pays no heed to.
            on_return => sub { $is_returned = 1 },
            on_ack => sub { $done->send($is_returned ? 'unrouted' : 'taken') },
            on_nack => sub {
                my ($frame) = @_;
                return $fail->($frame) unless $frame->method_frame->isa('Net::AMQP::Protocol::Basic::Nack');
                $done->send('full');
            },
        );
    });
    call($connection, 'close');
    return $outcome;
}

sub make_id {
    open my $source, '<', '/proc/sys/kernel/random/uuid' or fail("no id can be made: $!");
    chomp(my $id = <$source>);
    return $id;
}

sub submit {
    my ($type, $body, $queue, $id, $sent_at) = @_;
    eval { decode_json($body) } or fail('ARGUMENTS is not JSON');
    $queue //= 'default';
    $id //= make_id();
    $sent_at //= time;
    for my $attempt (0 .. 4) {
        my $outcome = eval {
            publish($queue, $body,
                type => $type, message_id => $id, timestamp => $sent_at, content_type => 'application/json');
        };
        if (my $error = $@) {
            die $error unless ref $error;
            fail("the broker refuses: $error->{reason}") if $error->{is_refusal};
            print STDERR "no connection, trying again: $error->{reason}\n";
        } elsif ($outcome eq 'unrouted') {
            fail("no server takes submissions to the queue $queue");
        } elsif ($outcome eq 'taken') {
            print "$id\n";
            return;
        } else {
            print STDERR "the queue is full, trying again\n";
        }
        sleep 2**$attempt;
    }
    fail("given up; send it again with the id $id and the time $sent_at");
}

sub show_rejects {
    my ($connection, $channel) = open_channel();
    my $queue = $rejects || ($tenant ? "$namespace.rejected.$tenant" : "$namespace.rejects.$user");
    unless ($rejects || $tenant) {
        call($channel, 'declare_queue', queue => $queue, durable => 1);
        call($channel, 'bind_queue', queue => $queue, exchange => "$namespace.rejected", routing_key => $user);
    }
    while (1) {
        my $message = call($channel, 'get', queue => $queue, no_ack => 0);
        last if $message->{empty};
        my $headers = $message->{header}->headers;
        print join(' ', $message->{header}->message_id // '', @$headers{qw(reject-at reject-code reject-reason)}), "\n";
        $channel->ack(delivery_tag => $message->{ok}->method_frame->delivery_tag);
    }
    call($connection, 'close');
}

if (@ARGV == 1 && $ARGV[0] eq '--rejects') {
    eval { show_rejects(); 1 } or fail(ref $@ ? $@->{reason} : $@);
} elsif (@ARGV >= 2) {
    submit(@ARGV);
} else {
    fail('usage: submit.pl TYPE ARGUMENTS [QUEUE [ID SENT_AT]] | --rejects');
}
