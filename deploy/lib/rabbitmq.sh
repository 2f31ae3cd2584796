# shellcheck shell=bash
# The private RabbitMQ node, with a node name, a cookie and a name server (epmd) of its own.
#
# Debian's wrappers in /usr/sbin refuse every user but `rabbitmq` and use its home; these scripts do not.
readonly rabbitmq_scripts=/usr/lib/rabbitmq/bin

rabbitmq_url() {
    printf 'amqp://baton:%s@127.0.0.1:%s/baton\n' "$(password rabbitmq)" "$(port rabbitmq)"
}

# rabbitmq_environment: prints the variables that keep the node and its tools inside their own folder, one on a line.
# The last one lets the start script become the node instead of waiting for it: the pid of the one is that of the other.
rabbitmq_environment() {
    local home ctl
    home="$(make_server_directory rabbitmq)"
    ctl="$(port rabbitmqctl)"
    cat <<ENVIRONMENT
HOME=$home
RABBITMQ_CONF_ENV_FILE=$home/no-such-file
RABBITMQ_NODENAME=$(instance)@localhost
RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
RABBITMQ_NODE_PORT=$(port rabbitmq)
RABBITMQ_DIST_PORT=$(port distribution)
RABBITMQ_CTL_DIST_PORT_MIN=$ctl
RABBITMQ_CTL_DIST_PORT_MAX=$((ctl + port_block - ${port_offset[rabbitmqctl]} - 1))
RABBITMQ_MNESIA_BASE=$home/data
RABBITMQ_LOG_BASE=$home/log
RABBITMQ_PID_FILE=$home/pid
RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins
RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf
RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false
ERL_EPMD_PORT=$(port epmd)
ERL_EPMD_ADDRESS=127.0.0.1
RUNNING_UNDER_SYSTEMD=true
ENVIRONMENT
}

rabbitmq_configuration() {
    cat <<CONFIGURATION
default_user = baton
default_pass = $(password rabbitmq)
default_vhost = baton
default_user_tags.administrator = true
disk_free_limit.absolute = 200MB
vm_memory_high_watermark.relative = 0.4
log.file.level = info
log.file.rotation.size = 10485760
log.file.rotation.count = 2
log.console = false
CONFIGURATION
}

# rabbitmq_tool TOOL [ARGUMENT...]: runs one of RabbitMQ's own tools against the node.
rabbitmq_tool() {
    local -a environment
    mapfile -t environment < <(rabbitmq_environment)
    run_as "$(server_user rabbitmq)" env ${TERM:+TERM="$TERM"} "${environment[@]}" "$rabbitmq_scripts/$1" "${@:2}"
}

# rabbitmq_is_ready: whether the node greets a client of the protocol, not only accepts its connection.
rabbitmq_is_ready() {
    local greeting
    (
        exec 3<>"/dev/tcp/127.0.0.1/$(port rabbitmq)"
        printf 'AMQP\0\0\11\1' >&3
        IFS= read -r -t 5 -N 1 greeting <&3
        [[ $greeting == $'\1' ]]
    ) 2>/dev/null
}

rabbitmq_start() {
    server_resume rabbitmq
    if is_server_running rabbitmq; then
        ! rabbitmq_is_ready || return 0
    else
        rabbitmq_launch
    fi
    # Cheap questions first: each call of rabbitmqctl starts an Erlang machine.
    wait_until 120 rabbitmq_is_ready_or_ended || true
    rabbitmq_tool rabbitmqctl --quiet await_startup --timeout 60 >>"$state/rabbitmq.log" 2>&1 ||
        die_of_log "$state/rabbitmq.log" "RabbitMQ does not start"
    [[ $(<"/proc/$(server_pid rabbitmq)/comm") == beam.smp ]] || die "RabbitMQ's start script did not become its node"
}

rabbitmq_launch() {
    local home user
    local -a environment
    [[ -x $rabbitmq_scripts/rabbitmq-server ]] || die "RabbitMQ is not installed"
    home="$(make_server_directory rabbitmq)"
    user="$(server_user rabbitmq)"
    rabbitmq_configuration | write_as "$user" "$home/rabbitmq.conf" 600
    printf '[].\n' | write_as "$user" "$home/enabled_plugins" 600
    run_as "$user" test -f "$home/.erlang.cookie" ||
        random_hex 16 | write_as "$user" "$home/.erlang.cookie" 400

    # An epmd that the node starts outlives it, and nobody knows its pid; this one has a record to end it by.
    is_recorded_alive "$state/rabbitmq.epmd.pid" ||
        launch "$state/rabbitmq.epmd.pid" "$state/rabbitmq.epmd.log" "$user" \
            epmd -address 127.0.0.1 -port "$(port epmd)"
    wait_until 30 is_port_open "$(port epmd)" || die_of_log "$state/rabbitmq.epmd.log" "epmd does not answer"

    mapfile -t environment < <(rabbitmq_environment)
    launch "$state/rabbitmq.pid" "$state/rabbitmq.log" "$user" \
        env "${environment[@]}" "$rabbitmq_scripts/rabbitmq-server"
}

rabbitmq_is_ready_or_ended() {
    rabbitmq_is_ready || ! is_server_running rabbitmq
}

# rabbitmq_stop: SIGTERM is RabbitMQ's own orderly shutdown.
rabbitmq_stop() {
    server_end rabbitmq TERM
}
