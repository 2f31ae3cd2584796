# shellcheck shell=bash
# Processes, known by pid and start time: a pid alone may by now belong to somebody else.

# process_stat PID: prints "state parent start-time"; fails when there is no such process.
process_stat() {
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The command name, in parentheses, may hold spaces and parentheses itself.
    local -a field
    read -ra field <<<"${line##*) }"
    printf '%s %s %s\n' "${field[0]}" "${field[1]}" "${field[19]}"
}

# process_identity PID: prints "pid start-time boot", which no other process will ever have.
# A zombie counts as gone: in a container it may never be reaped.
process_identity() {
    local state parent start boot
    read -r state parent start < <(process_stat "$1") || return 1
    [[ $state != [ZX] ]] || return 1
    read -r boot </proc/sys/kernel/random/boot_id
    printf '%s %s %s\n' "$1" "$start" "$boot"
}

# is_alive IDENTITY: whether that very process still runs.
is_alive() {
    local identity
    identity="$(process_identity "${1%% *}")" && [[ $identity == "$1" ]]
}

# recorded_pid FILE: prints the pid recorded in FILE when that process still runs.
recorded_pid() {
    local identity
    { read -r identity <"$1"; } 2>/dev/null || return 1
    is_alive "$identity" || return 1
    printf '%s\n' "${identity%% *}"
}

is_recorded_alive() {
    recorded_pid "$1" >/dev/null
}

# process_tree PID...: prints the pids and all their descendants, parents first.
process_tree() {
    local -A children=()
    local -a queue=("$@")
    local directory pid state parent start
    for directory in /proc/[0-9]*; do
        pid="${directory#/proc/}"
        read -r state parent start < <(process_stat "$pid") || continue
        [[ $state != [ZX] ]] || continue
        children[$parent]+=" $pid"
    done
    while ((${#queue[@]})); do
        pid="${queue[0]}"
        printf '%s\n' "$pid"
        # shellcheck disable=SC2206 # a list of pids
        queue=("${queue[@]:1}" ${children[$pid]:-})
    done
}

# freeze_tree PID...: stops the processes and their descendants, until none is left that could fork another;
# prints the identity of each.
freeze_tree() {
    local -A frozen=()
    local pid identity found=1
    while ((found)); do
        found=0
        while read -r pid; do
            [[ -z ${frozen[$pid]:-} ]] || continue
            identity="$(process_identity "$pid")" || continue
            kill -STOP "$pid" 2>/dev/null || continue
            frozen[$pid]="$identity"
            found=1
        done < <(process_tree "$@")
        # A stop takes effect when the kernel next schedules the process: only then is its list of children final.
        for pid in "${!frozen[@]}"; do
            wait_until 10 is_stopped_or_gone "$pid" || say "warning: process $pid does not stop"
        done
    done
    ((${#frozen[@]} == 0)) || printf '%s\n' "${frozen[@]}"
}

is_stopped_or_gone() {
    local state parent start
    read -r state parent start < <(process_stat "$1") || return 0
    [[ $state == [TtZX] ]]
}

# signal_all SIGNAL <IDENTITIES: signals those that still run.
signal_all() {
    local identity
    while read -r identity; do
        ! is_alive "$identity" || kill "-$1" "${identity%% *}" 2>/dev/null || true
    done
}

# await_gone SECONDS <IDENTITIES: returns when all have ended.
await_gone() {
    local identity
    local -a identities
    mapfile -t identities
    for identity in "${identities[@]}"; do
        wait_until "$1" is_gone "$identity" || return 1
    done
}

is_gone() {
    ! is_alive "$1"
}

# launch RECORD LOG USER COMMAND...: starts a command as a daemon, in a session of its own, and records its identity.
launch() {
    local record="$1" log="$2" descriptor pid
    local -a as_user
    command_as "${@:3}"
    if [[ -n $(find "$log" -size +10M 2>/dev/null) ]]; then
        mv -- "$log" "$log.1"
    fi
    (
        cd /
        # A daemon that inherits the lock, or a pipe of the caller, would hold it for as long as it runs.
        for descriptor in /proc/"$BASHPID"/fd/*; do
            descriptor="${descriptor##*/}"
            ((descriptor <= 2)) || eval "exec $descriptor>&-"
        done
        ulimit -S -n "$(ulimit -H -n)" 2>/dev/null || true
        # Not the leader of its process group here, setsid does not fork: the pid is the daemon's.
        exec setsid "${as_user[@]}"
    ) </dev/null >>"$log" 2>&1 &
    pid=$!
    disown "$pid"
    process_identity "$pid" >"$record" || die_of_log "$log" "ended at once: ${*:4}"
}
