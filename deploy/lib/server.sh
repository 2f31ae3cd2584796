# shellcheck shell=bash
# What is the same for both servers: signals to all of a server's processes, and what became of them.

is_server() {
    [[ $1 == postgres || $1 == rabbitmq ]]
}

# server_pid SERVER: prints the pid of the server's main process when it runs.
server_pid() {
    recorded_pid "$state/$1.pid"
}

is_server_running() {
    is_recorded_alive "$state/$1.pid"
}

# server_pids SERVER: prints the recorded pids that still run: RabbitMQ has a name server, epmd, beside the node.
server_pids() {
    local name
    for name in "$1" "$1.epmd"; do
        recorded_pid "$state/$name.pid" || true
    done
}

is_server_paused() {
    local pid process_state _
    pid="$(server_pid "$1")" && read -r process_state _ < <(process_stat "$pid") && [[ $process_state == T ]]
}

server_status() {
    if ! is_server_running "$1"; then
        printf 'stopped\n'
    elif is_server_paused "$1"; then
        printf 'paused\n'
    elif "$1_is_ready"; then
        printf 'running\n'
    else
        printf 'not answering\n'
    fi
}

# server_pause SERVER: stops all its processes where they are; connections stay open and nobody answers.
server_pause() {
    is_server_running "$1" || die "$1 is not running"
    local -a pids
    mapfile -t pids < <(server_pids "$1")
    freeze_tree "${pids[@]}" >"$state/$1.paused"
}

# server_resume SERVER: lets the processes go on that a pause stopped, also those whose server was killed since.
server_resume() {
    local pid
    local -a pids
    mapfile -t pids < <(server_pids "$1")
    {
        cat -- "$state/$1.paused" 2>/dev/null || true
        ((${#pids[@]} == 0)) || while read -r pid; do
            process_identity "$pid" || true
        done < <(process_tree "${pids[@]}")
    } | signal_all CONT
    rm -f -- "$state/$1.paused"
}

# server_kill SERVER: ends all its processes by SIGKILL, as a crash would, and returns when none is left.
server_kill() {
    local -a pids
    mapfile -t pids < <(server_pids "$1")
    {
        cat -- "$state/$1.paused" 2>/dev/null || true
        # Frozen first, none can fork a process that is not on the list.
        ((${#pids[@]} == 0)) || freeze_tree "${pids[@]}"
    } >"$state/$1.killed"
    signal_all KILL <"$state/$1.killed"
    await_gone 60 <"$state/$1.killed" || die "$1 does not end, even by SIGKILL"
    rm -f -- "$state/$1".{paused,killed,pid,epmd.pid}
}

# server_end SERVER SIGNAL: asks the server to shut down in its own way; kills what has not in a minute.
server_end() {
    local pid
    server_resume "$1"
    if pid="$(server_pid "$1")"; then
        process_identity "$pid" >"$state/$1.ending" || true
        kill "-$2" "$pid" 2>/dev/null || true
        await_gone 60 <"$state/$1.ending" || say "warning: $1 did not shut down in a minute; killing it"
        rm -f -- "$state/$1.ending"
    fi
    server_kill "$1"
}
