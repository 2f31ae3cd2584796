# shellcheck shell=bash
# What is the same for both servers: signals to all of a server's processes, and what became of them.

is_server() {
    [[ $1 == postgres || $1 == rabbitmq ]]
}

server_record() {
    printf '%s\n' "$state/$1.pid"
}

# server_pids SERVER: prints the pids recorded for the server that still run: RabbitMQ has a name server, epmd, too.
server_pids() {
    local name
    for name in "$1" "$1.epmd"; do
        recorded_pid "$state/$name.pid" || true
    done
}

is_server_running() {
    is_recorded_alive "$(server_record "$1")"
}

# is_server_paused SERVER: whether a pause was not resumed.
is_server_paused() {
    [[ -s $state/$1.paused ]]
}

server_status() {
    if ! is_server_running "$1"; then
        printf 'stopped\n'
    elif is_server_paused "$1"; then
        printf 'paused\n'
    elif "$1_answers"; then
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

server_resume() {
    [[ -f $state/$1.paused ]] || return 0
    signal_all CONT <"$state/$1.paused"
    rm -f -- "$state/$1.paused"
}

# server_kill SERVER: ends all its processes by SIGKILL, as a power cut would, and returns when none is left.
server_kill() {
    local -a pids
    mapfile -t pids < <(server_pids "$1")
    {
        # A pause that outlived its server's first process has the only list of the others.
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
    if pid="$("$1_pid")"; then
        process_identity "$pid" >"$state/$1.ending" || true
        kill "-$2" "$pid" 2>/dev/null || true
        await_gone 60 <"$state/$1.ending" || say "warning: $1 did not shut down in a minute; killing it"
        rm -f -- "$state/$1.ending"
    fi
    server_kill "$1"
}
