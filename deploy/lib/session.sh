# shellcheck shell=bash
# The servers for the length of one test or demo: those it had to start are stopped at its end, unless another one still
# uses them.

# begin_session: starts the servers and exports where they are.
begin_session() {
    local server
    open_state
    lock_state
    exec {session}>"$state/sessions"
    flock --shared "$session"
    trap end_session EXIT
    prepare_servers
    for server in postgres rabbitmq; do
        is_server_running "$server" || : >"$state/$server.ephemeral"
        "${server}_start"
    done
    unlock_state
    eval "$(print_environment)"
    export BATON_SERVICES="$deploy/services"
    [[ -z ${BATON_STATE_DIR:-} ]] || export BATON_STATE_DIR="$state"
}

end_session() {
    local code=$? server
    lock_state
    flock --unlock "$session"
    if flock --nonblock "$session"; then
        for server in postgres rabbitmq; do
            [[ -f $state/$server.ephemeral ]] || continue
            "${server}_stop"
            rm -f -- "$state/$server.ephemeral"
        done
    fi
    exit "$code"
}

# in_session COMMAND...: runs the command without the session's lock, which a process it leaves behind would keep.
in_session() {
    "$@" {session}>&-
}

# is_in_session: whether a test or a demo runs that uses the servers.
is_in_session() {
    ! (
        exec {session}>"$state/sessions"
        flock --nonblock "$session"
    )
}

# keep_server SERVER: somebody wants the server for longer than one test or demo. What a test starts, in the middle of
# its own session, still ends with that session.
keep_server() {
    is_in_session || rm -f -- "$state/$1.ephemeral"
}

require_swift() {
    command -v swift >/dev/null || die "there is no 'swift' in the PATH of '$(id -un)': https://www.swift.org/install/linux/"
}
